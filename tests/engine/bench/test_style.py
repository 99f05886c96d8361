"""The bench's judge of styles tells nano's procedural renderings apart."""

import numpy as np

from limner.engine.bench.style import StyleJudge
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
