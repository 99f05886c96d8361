"""Which styles nano's recipe trains."""

from limner.engine.nano.style_loras import in_package
from limner.engine.styles import load_styles


def test_styles_are_trained_that_are_in_the_package() -> None:
    """The recipe takes all of nano's styles and the plain photo, and none that has no folder to be written to."""
    assert set(in_package()) == set(load_styles())
