"""The bench of templates: what it measures, and that it runs."""

import numpy as np

from limner.engine.bench.sitters import Sitter
from limner.engine.bench.template import Comparison, compare, two_of_us
from limner.engine.fuse.places import read_template
from limner.engine.fuse.reference import Reference
from limner.engine.fuse.template import Sitter as Guest
from limner.engine.models.base import BaseModel
from limner.engine.styles import load_styles
from limner.tests.engine.fuse.test_adapters import make_lora
from limner.tests.fakes.analyser import dlib_analyser
from limner.tests.fakes.base import make_faces


def test_the_lines_say_medians_and_their_difference() -> None:
    """Each guest has both medians; the last line has the difference over all and the seconds."""
    plain, within = np.array([[0.5, 0.6], [0.5, 0.6], [0.9, 0.6]]), np.array([[0.55, 0.65], [0.55, 0.65]])
    assert Comparison(plain, within, 10.0, 20.0, 15.0, ()).lines() == [
        "P007: 0.500 in plain portraits, 0.550 in the template",
        "P008: 0.600 in plain portraits, 0.650 in the template",
        "both: +0.000",
        "plain 10.0 s, template 20.0 s (15.0 s of a core)",
    ]


def test_a_random_base_has_no_likeness(tiny_base: BaseModel) -> None:
    """The bench's template has two faces; what a base of random weights paints there is no face, at distance 1."""
    template = read_template(two_of_us(200), dlib_analyser())
    assert len(template.faces) == 2
    lora = make_lora(tiny_base, "face", rank=2, seed=1, targets=("to_q",))
    guest = Guest(lora, Reference.of(make_faces(3)))
    person = Sitter("P007", (), np.zeros((2, 128), np.float32))
    found = compare(
        tiny_base, dlib_analyser(), [person] * 2, [guest] * 2, template, load_styles()["photo"], count=1, seed=0
    )
    assert found.plain.shape == found.template.shape == (1, 2)
    assert found.plain.min() == 1.0
    assert len(found.files) == 1
