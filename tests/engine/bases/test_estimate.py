"""A base's memory is told before it is loaded, and one that is too large is refused with what would fit."""

from dataclasses import replace
from pathlib import Path

import pytest

from limner.engine.bases import NANO
from limner.engine.bases.estimate import RESERVE, Estimate, Training, estimate_base
from limner.engine.bases.room import NEEDS, fits, refusal
from limner.engine.bench.true_size import SIDES, TARGETS
from limner.engine.errors import UnknownBaseError
from limner.engine.train.recipe import recipe_for
from limner.tests.fakes.sparse import write_sparse

GIB = 1 << 30


def of_true_size(folder: Path, family: str, batch: int = 1, **more: bool) -> Estimate:
    """Estimate a family's published model, on a GPU, with checkpointing where its recipe says so."""
    directory = write_sparse(folder / family, family)
    training = Training(16, batch, TARGETS[family], recipe_for("published", family).checkpointing)
    return estimate_base(directory, training, number=2, **more)


@pytest.mark.parametrize("family", ["sd15", "sdxl", "zimage"])
def test_the_advice_knows_what_each_family_takes(family: str, tmp_path: Path) -> None:
    """The table that a refusal advises by is what the estimate says of the published models."""
    needs = of_true_size(tmp_path, family)
    assert (needs.render / GIB, needs.train / GIB) == pytest.approx(NEEDS[family], abs=0.06)
    assert needs.size == 8 * SIDES[family]


def test_more_pictures_and_larger_numbers_take_more() -> None:
    """Memory grows with the batch, the rank, the pictures at a time and the bytes of a number."""
    training = Training(4, 2, ("to_q", "conv1"))
    base = estimate_base(NANO, training, number=2)
    assert estimate_base(NANO, replace(training, batch=4), number=2).train > base.train
    assert estimate_base(NANO, replace(training, rank=8), number=2).lora == 2 * base.lora
    assert estimate_base(NANO, training, number=2, pictures=4).render > base.render
    assert estimate_base(NANO, training, number=4).weights == 2 * base.weights


def test_a_configuration_of_another_kind_is_told(tmp_path: Path) -> None:
    """A configuration that lacks what its class has ends in one sentence."""
    directory = write_sparse(tmp_path / "base", "sd15")
    (directory / "unet" / "config.json").write_text('{"sample_size": 64}')
    with pytest.raises(UnknownBaseError, match="not those of its class"):
        estimate_base(directory, Training(16, 1, ("to_q",)), number=2)


def test_time_follows_from_work() -> None:
    """Twice the speed takes half the time, and no guidance is forgotten: a step is two passes."""
    needs = estimate_base(NANO, Training(4, 2, ("to_q",)), number=4)
    assert needs.portrait_seconds(2.0, 30) == pytest.approx(needs.portrait_seconds(1.0, 30) / 2)
    assert needs.portrait_seconds(1.0, 30) == pytest.approx((60 * needs.forward + needs.decode) / 1e12)
    assert needs.training_seconds(1.0, 10) == pytest.approx(10 * needs.step / 1e12)


def test_what_fits_is_not_refused(tmp_path: Path) -> None:
    """A base that fits to the byte is not refused, and with one byte less it is."""
    needs = of_true_size(tmp_path, "sd15")
    exactly = needs.train + RESERVE
    assert fits(needs, exactly)
    assert refusal(needs, exactly) is None
    assert refusal(needs, exactly - 1)


def test_offload_and_int8_take_less(tmp_path: Path) -> None:
    """What waits elsewhere takes no room, and weights of one byte take half; a refusal names the way that fits."""
    plain = of_true_size(tmp_path, "zimage")
    offload = of_true_size(tmp_path / "a", "zimage", offload=True)
    both = of_true_size(tmp_path / "b", "zimage", offload=True, int8=True)
    assert both.train < offload.train < plain.train
    assert both.render < offload.render < plain.render
    ways = [("OFFLOAD", offload), ("BOTH", both)]
    assert str(refusal(plain, offload.train + RESERVE, ways)).endswith("It would fit with OFFLOAD.")
    assert str(refusal(plain, both.train + RESERVE, ways)).endswith("It would fit with BOTH.")


@pytest.mark.parametrize(
    "memory,advice",
    [
        (8, "What would fit: Stable Diffusion 1 and 2 (4 GiB), nano."),
        (2, "What would fit: nano."),
        (10, 'One picture a step would fit: write {"batch": 1} into limner_recipe.json in its folder.'),
    ],
)
def test_a_refusal_says_what_would_fit(memory: int, advice: str, tmp_path: Path) -> None:
    """SDXL with two pictures a step is refused with the figures, and a way out that does fit."""
    said = refusal(of_true_size(tmp_path, "sdxl", batch=2), memory * GIB)
    assert said
    assert f"there are {memory}.0 GiB" in said
    assert said.endswith(advice)
