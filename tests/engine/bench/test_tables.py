"""The bench's table and courses: medians over portraits, marks that most runs have, and who was sooner as near."""

import pytest

from limner.engine.bench.rows import Point, Row
from limner.engine.bench.tables import Mark, course, in_time, table


def row(*distances: float, recipe: str = "limner", sitter: str = "P007", diverged: bool = False) -> Row:
    """Make a row of a photo style from noise."""
    return Row(
        recipe=recipe,
        sitter=sitter,
        photos=3,
        style="photo",
        strength=1.0,
        seed=0,
        distances=distances,
        median_distance=None if diverged else 0.5,
        share_same=0.5,
        diversity=0.2,
        wall_s=100.0,
        cpu_s=90.0,
        peak_mb=900.0,
        style_fidelity=None if diverged else 0.75,
        diverged=diverged,
    )


def point(recipe: str, step: int, seconds: float, distance: float, sitter: str = "P007") -> Point:
    """Make a mark."""
    return Point(
        recipe=recipe,
        sitter=sitter,
        photos=3,
        seed=0,
        step=step,
        wall_s=2 * seconds,
        cpu_s=seconds + 10,
        train_cpu_s=seconds,
        median_distance=distance,
    )


def test_the_table_gives_medians_over_all_sitters() -> None:
    """With 0.4, 0.5 and 0.7 the middle is 0.5, and two of three count as the same person."""
    said = table([row(0.4, 0.5), row(0.7, sitter="P008")]).splitlines()[-1]
    assert said == "| limner | 3 | photo | noise | 0.500 | 67% | 75% | 0.200 | 100 | 90 | 900 | 0 of 2 |"


def test_a_recipe_that_diverges_is_reported() -> None:
    """Its line says in how many runs, whether some portraits are left or none."""
    some, none = table([row(0.4), row(diverged=True), row(recipe="wild", diverged=True)]).splitlines()[-2:]
    assert some.endswith("| 1 of 2 |")
    assert "0.400" in some
    assert none == "| wild | 3 | photo | noise |  |  |  |  |  |  |  | 1 of 1 |"


def test_a_course_leaves_out_what_few_runs_reached() -> None:
    """Medians at each mark; a mark of one run in three does not end the line."""
    points = [point("limner", 50, 10, far, person) for person, far in (("P007", 0.6), ("P008", 0.5), ("P009", 0.7))]
    assert course([*points, point("limner", 100, 20, 0.1)]) == {"limner": [(10.0, 20.0, 0.6)]}


@pytest.mark.parametrize(
    "ours, said",
    [
        ([Mark(10, 30, 0.65), Mark(20, 40, 0.55)], "limner is as near after 20 (40), 0.20 and 0.33 of its time"),
        ([Mark(10, 30, 0.65)], "limner is never as near"),
    ],
)
def test_time_to_likeness_is_told_for_each_rival(ours: list[Mark], said: str) -> None:
    """The rival's best mark, and when ours was as near, if it ever was."""
    ways = {"limner": ours, "slow": [Mark(50, 70, 0.7), Mark(100, 120, 0.6), Mark(150, 170, 0.62)]}
    assert in_time(ways) == [f"slow is nearest after 100 core seconds (120 with drawing): 0.600; {said}."]
