"""The bench's judge of styles tells nano's procedural renderings apart."""

import io

import numpy as np
from PIL import Image

from limner.engine.bench.style import StyleJudge, told_apart
from limner.engine.nano.augment import draws
from limner.engine.nano.people import faces_of
from limner.engine.nano.stylise import STYLISE


def test_the_judge_names_styles_it_has_learned() -> None:
    """Of pictures that it has not seen, at least nine in ten are named rightly."""
    faces = [*faces_of("P002")[:5], *faces_of("P005")[:5]]
    seen = [(style, sample.image) for style in STYLISE for sample in draws(faces, 12, seed=1, style=style)]
    judge = StyleJudge([image for _, image in seen], [style for style, _ in seen])
    unseen = [(style, sample.image) for style in STYLISE for sample in draws(faces, 5, seed=2, style=style)]
    assert np.mean([judge(image) == style for style, image in unseen]) >= 0.9


def test_styles_that_differ_are_told_apart_across_sitters() -> None:
    """Other sitters' portraits teach what a style looks like; where the names mean nothing, only chance is left."""
    rng = np.random.default_rng(0)

    def portrait(shade: int) -> bytes:
        pixels = np.clip(rng.normal(shade, 8, (32, 32, 3)), 0, 255).astype(np.uint8)
        stream = io.BytesIO()
        Image.fromarray(pixels).save(stream, "PNG")
        return stream.getvalue()

    def portraits(**shades: int) -> list[tuple[str, bytes]]:
        return [(style, portrait(shade)) for style, shade in shades.items() for _ in range(8)]

    agreed = {who: portraits(dark=60, light=190) for who in ("P001", "P002")}
    assert told_apart(agreed) > 0.9
    assert told_apart({**agreed, "P002": portraits(dark=190, light=60)}) < 0.1
