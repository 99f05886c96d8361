"""Cuts of whole photos: what keeps the codec from learning six faces only."""

import numpy as np

from limner.engine.nano.scenes import Scenes, recolour


def test_cuts_are_pictures_and_follow_their_seed() -> None:
    """Every cut has the codec's size, the same seed gives the same cuts, and no two of a draw are alike."""
    scenes = Scenes(["P001"])
    first, again = (scenes.draw(3, np.random.default_rng(4)) for _ in range(2))
    assert first.shape == (3, 256, 256, 3)
    assert first.dtype == np.uint8
    assert np.array_equal(first, again)
    assert not np.array_equal(first[0], first[1])
    assert all(cut.std() > 1 for cut in first)


def test_recolouring_keeps_what_is_seen() -> None:
    """Light and tint change, edges stay where they were."""
    image = np.zeros((8, 8, 3), np.uint8)
    image[:, 4:] = (200, 120, 60)
    changed = [recolour(image, np.random.default_rng(seed)) for seed in range(6)]
    assert all((one[:, :4] == 0).all() and (one[:, 4:].max(-1) > 60).all() for one in changed)
    assert len({one[0, 7].tobytes() for one in changed}) == 6
