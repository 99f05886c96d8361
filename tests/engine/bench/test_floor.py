"""The floor's bench: its rows are there, its order is fair, and it measures nothing where the drawings differ."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
import torch

from limner.engine.bench.floor import differences_in_float32, measure
from limner.engine.bench.floor_base import twin
from limner.engine.bench.floor_drawing import Diffusers, Mixed, differences
from limner.engine.bench.floor_rows import FloorReport, floor_table, interleaved, nearly_longest
from limner.engine.bench.floor_world import Effort, random_lora, world_of
from limner.engine.models.base import BaseModel, load_base
from limner.engine.models.coding import encode_prompts
from limner.engine.models.running import Running

SMALL = Effort(users=2, repeats=1, steps=4, lessons=1, singles=1)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Already found a `peft_config`")
def test_every_comparison_has_its_row(tiny_base: BaseModel) -> None:
    """All that is compared is in the table with positive figures, and the base is left as it was."""
    before = {name: value.clone() for name, value in tiny_base.denoiser.state_dict().items()}
    report = measure(tiny_base, SMALL)
    assert [row.unit for row in report.rows] == [
        *["portraits/s"] * 2, *["users/hour"] * 2, *["ms"] * 2, "turns", "s, ratio: times as long", *["MB"] * 2,
    ]  # fmt: skip
    assert all(row.ratio > 0 for row in report.rows if row.ratio is not None)
    assert [row.ratio is None for row in report.rows] == [*[False] * 6, True, False, True, True]
    # So small a base's seats may fit into memory that the process has already.
    assert all(row.ours > 0 for row in report.rows if row.unit != "turns" and "in use" not in row.name)
    assert max(report.machine.differences.values()) < 1e-3
    assert all(row.name in floor_table(report) for row in report.rows)
    assert msgspec.json.decode(msgspec.json.encode(report), type=FloorReport) == report
    after = tiny_base.denoiser.state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(after[name], value) for name, value in before.items())


@pytest.mark.filterwarnings("ignore:Already found a `peft_config`")
def test_nothing_is_measured_where_a_peer_draws_something_else(tiny_base: BaseModel, tmp_path: Path) -> None:
    """A peer with another Face LoRA is told by name and by how far its latents are from ours."""
    with world_of(tiny_base, SMALL, tmp_path) as world:
        mixed, diffusers = Mixed.of(world), Diffusers(world)
        differences(world, diffusers, mixed)
        first, *others = world.users
        other = replace(first, face=random_lora(tiny_base, world.recipe, 99))
        with pytest.raises(RuntimeError, match="diffusers draws latents that differ"):
            differences(replace(world, users=(other, *others)), diffusers, mixed)


@pytest.mark.filterwarnings("ignore:Already found a `peft_config`")
def test_half_precision_is_compared_in_float32(tiny_directory: Path) -> None:
    """Where a base computes in bfloat16, that the same noise gives the same latents is seen on a copy in float32."""
    base = load_base(tiny_directory, Running(precision="bfloat16"))
    assert max(differences_in_float32(base, SMALL).values()) < 1e-3
    assert base.dtype == torch.bfloat16


def test_a_twin_has_the_weights_and_not_the_hooks(tiny_base: BaseModel) -> None:
    """A copy predicts what the base does, from the same memory, and a LoRA in it leaves the base alone."""
    other = twin(tiny_base)
    words = encode_prompts(tiny_base, ["photo of sks person"])
    given = (torch.randn(1, *tiny_base.latent_shape), torch.tensor([500]), words)
    torch.testing.assert_close(other.predict(*given), tiny_base.predict(*given))
    assert other.denoiser.conv_in.weight.data_ptr() == tiny_base.denoiser.conv_in.weight.data_ptr()
    assert other.denoiser.conv_in is not tiny_base.denoiser.conv_in


def test_everybody_is_measured_in_turn() -> None:
    """Each comes once a round, and each begins a round once before anyone begins a second."""
    order = list(interleaved(["ours", "one", "other"], 4))
    rounds = [order[start : start + 3] for start in range(0, 12, 3)]
    assert all(Counter(each) == Counter({"ours": 1, "one": 1, "other": 1}) for each in rounds)
    assert [each[0] for each in rounds] == ["ours", "one", "other", "ours"]


@pytest.mark.parametrize("count, wanted", [(1, 1), (20, 19), (100, 95)])
def test_the_95th_percentile_was_measured(count: int, wanted: int) -> None:
    """It is one of the values: of twenty the second longest, of one that one."""
    assert nearly_longest(range(count, 0, -1)) == wanted
