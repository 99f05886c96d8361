"""The bench of templates: what it measures, and that it runs."""

import numpy as np

from limner.engine.bench.sitters import Sitter
from limner.engine.bench.template import Painted, named, painted, plain, two_of_us
from limner.engine.fuse.places import read_template
from limner.engine.fuse.reference import Reference
from limner.engine.fuse.template import Sitter as Guest
from limner.engine.models.base import BaseModel
from limner.engine.styles import load_styles
from limner.tests.engine.fuse.test_adapters import make_lora
from limner.tests.fakes.analyser import dlib_analyser
from limner.tests.fakes.base import make_faces


def test_the_line_says_medians_and_their_difference() -> None:
    """Each guest has a median, and both together one against plain portraits."""
    alone, within = np.array([[0.5, 0.6], [0.5, 0.6], [0.9, 0.6]]), np.array([[0.65, 0.7], [0.65, 0.7]])
    assert named(alone) == "P007 0.500, P008 0.600"
    said = Painted(0.7, within, 20.0, 15.0, ()).line(alone)
    assert said == "template at 0.7: P007 0.650, P008 0.700, +0.075 to plain (20.0 s, 15.0 s of a core)"


def test_a_random_base_has_no_likeness(tiny_base: BaseModel) -> None:
    """The bench's template has two faces; what a base of random weights paints there is no face, at distance 1."""
    template = read_template(two_of_us(200), dlib_analyser())
    assert len(template.faces) == 2
    lora = make_lora(tiny_base, "face", rank=2, seed=1, targets=("to_q",))
    guests = [Guest(lora, Reference.of(make_faces(3)))] * 2
    people = [Sitter("P007", (), np.zeros((2, 128), np.float32))] * 2
    photo = load_styles()["photo"]
    assert (plain(tiny_base, dlib_analyser(), people, guests, photo, seed=0) == np.ones((8, 2))).all()
    found = painted(tiny_base, dlib_analyser(), people, guests, template, photo, strength=0.7, seed=0)
    assert found.distances.shape == (8, 2)
    assert len(found.files) == 8
