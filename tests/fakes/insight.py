"""A pack of networks for InsightFace that knows red faces: the library's own code runs, only the weights are ours.

A red face is a rectangle of the colours (190 to 255, 0, 0) or (190 to 255, 0, 255): two people, a woman and a man. File
names, inputs and outputs are those of `buffalo_l`; the networks compute with pixels and have learned nothing.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from insightface.data import get_object

from limner.engine.faces import Pixels
from limner.engine.preprocess.insight import InsightFaceAnalyser
from limner.tests.fakes.graph import Graph

WOMAN, MAN = 0, 255

#: Eyes, nose and corners of the mouth in units of the box.
_KEYPOINTS = ((0.3, 0.4), (0.7, 0.4), (0.5, 0.6), (0.37, 0.8), (0.63, 0.8))
_STRIDES = (8, 16, 32)
_NOWHERE = 1e6


def red_photo(*faces: tuple[int, int, int, int], size: int = 400) -> Pixels:
    """Return a grey photo with red faces, each (person, left, top, width); every 20 px further right it is lighter."""
    photo = np.full((size, size, 3), 128, np.uint8)
    for person, left, top, width in faces:
        shade = 190 + 8 * (left // 20 % 4)
        skin = np.random.default_rng([person, left]).integers(shade, shade + 41, (width, width))
        photo[top : top + width, left : left + width] = np.dstack([skin, 0 * skin, 0 * skin + person])
    return photo


@cache
def red_analyser() -> InsightFaceAnalyser:
    """Return the real analyser over such a pack; it is loaded once and shared by all tests of a process."""
    with TemporaryDirectory() as folder:
        analyser = InsightFaceAnalyser(save_pack(Path(folder)))
        analyser.detect(red_photo())  # reads the files
    return analyser


def save_pack(folder: Path, *, turned: np.ndarray | None = None, age: int = 34) -> Path:
    """Write the four networks; every face is turned by a (3, 3) rotation and looks `age` years old."""
    folder.mkdir(parents=True, exist_ok=True)
    _detector(folder / "det_10g.onnx")
    _landmarks(folder / "1k3d68.onnx", np.eye(3) if turned is None else turned)
    _age_and_sex(folder / "genderage.onnx", age)
    _embedder(folder / "w600k_r50.onnx")
    return folder


def _detector(path: Path) -> None:
    """Find each person's box; SCRFD answers with scores, boxes and five points at three strides, two anchors a cell."""
    graph = Graph("input.1", [1, 3, "?", "?"])
    people = [_person(graph, blue) for blue in ("Less", "Greater")]
    rows = [graph.add("Concat", *parts, axis=0) for parts in zip(*people, strict=True)]
    size = graph.add("Shape", "input.1", start=2)
    outputs = {}
    for row, width in zip(rows, (1, 4, 10), strict=True):
        for stride in _STRIDES:
            name = _padded(graph, row if stride == _STRIDES[0] else None, size, stride, width)
            outputs[name] = (f"n{name}", width)
    graph.save(path, outputs)


def _person(graph: Graph, blue: str) -> tuple[str, str, str]:
    """Return the score (1, 1), box (1, 4) and points (1, 10) of the first anchor, which lies at (0, 0), over 8 px."""
    shown = _mask(graph, blue)
    left, right = _reach(graph, shown, axis=0)
    top, bottom = _reach(graph, shown, axis=1)
    sides = [graph.add("Neg", left), graph.add("Neg", top), right, bottom]
    points = [
        graph.add("Add", start, graph.add("Mul", graph.add("Sub", end, start), graph.constant(share)))
        for point in _KEYPOINTS
        for share, (start, end) in zip(point, ((left, right), (top, bottom)), strict=True)
    ]
    width = graph.add("Cast", graph.add("Shape", "input.1", start=3), to=1)
    # The larger of the two sizes that photos are looked at in is surer of itself, for it sees more exactly.
    sure = graph.add("Add", graph.add("Mul", width, graph.constant(5e-4)), graph.constant(0.5))
    score = graph.add("Mul", graph.add("ReduceMax", shown, keepdims=0), sure)
    return tuple(_row(graph, values) for values in ([score], _over(graph, sides), _over(graph, points)))  # type: ignore[return-value]


def _mask(graph: Graph, blue: str) -> str:
    """Return (height, width), 1 where one person's colour is."""
    red, green, third = (
        graph.add("Squeeze", graph.add("Gather", "input.1", graph.constant([n], np.int64), axis=1)) for n in range(3)
    )
    edge = 0.4 if blue == "Greater" else -0.4
    tests = [
        graph.add("Greater", red, graph.constant(0.4)),
        graph.add("Less", green, graph.constant(-0.4)),
        graph.add(blue, third, graph.constant(edge)),
    ]
    return graph.add("Cast", graph.add("And", graph.add("And", *tests[:2]), tests[2]), to=1)


def _reach(graph: Graph, shown: str, axis: int) -> tuple[str, str]:
    """Return the first place along the other axis where the mask is 1, and the one after the last."""
    line = graph.add("ReduceMax", shown, axes=[axis], keepdims=0)
    there = graph.add("Greater", line, graph.constant(0.5))
    count = graph.add("Gather", graph.add("Shape", line), graph.constant(0, np.int64))
    steps = graph.add("Range", graph.constant(0, np.int64), count, graph.constant(1, np.int64))
    places = graph.add("Cast", steps, to=1)
    first = graph.add("Where", there, places, graph.constant(_NOWHERE))
    after = graph.add("Where", there, graph.add("Add", places, graph.constant(1.0)), graph.constant(0.0))
    return graph.add("ReduceMin", first, keepdims=0), graph.add("ReduceMax", after, keepdims=0)


def _over(graph: Graph, values: list[str]) -> list[str]:
    return [graph.add("Div", value, graph.constant(float(_STRIDES[0]))) for value in values]


def _row(graph: Graph, values: list[str]) -> str:
    column = graph.constant([1, 1], np.int64)
    return graph.add("Concat", *(graph.add("Reshape", value, column) for value in values), axis=1)


def _padded(graph: Graph, rows: str | None, size: str, stride: int, width: int) -> str:
    """Fill rows up with noughts to two for each cell of a stride."""
    cells = graph.add("Div", size, graph.constant([stride, stride], np.int64))
    count = graph.add("Mul", graph.add("ReduceProd", cells, keepdims=1), graph.constant([2], np.int64))
    if rows is not None:
        count = graph.add("Sub", count, graph.constant([2], np.int64))
    empty = graph.add("ConstantOfShape", graph.add("Concat", count, graph.constant([width], np.int64), axis=0))
    return empty if rows is None else graph.add("Concat", rows, empty, axis=0)


def _landmarks(path: Path, turned: np.ndarray) -> None:
    """Answer with the library's own mean face, 125 px wide in a crop of 192 px whose middle 128 px are the box."""
    face = get_object("meanshape_68.pkl") @ turned.T * 100
    points = np.zeros((1103, 3), np.float32)
    points[-68:] = face / 96
    _constant_of(path, "data", (192, 192), points.reshape(1, -1))


def _age_and_sex(path: Path, age: int) -> None:
    graph = Graph("data", ["None", 3, 96, 96])
    blue = _middle(graph, "data", 96)[2]
    values = [graph.add("Neg", blue), blue, graph.constant(age / 100)]
    graph.save(path, {_row(graph, values): (1, 3)})


def _embedder(path: Path) -> None:
    """Give each person a direction of 512 numbers, and each shade a little of its own."""
    graph = Graph("input.1", ["None", 3, 112, 112])
    red, _, blue = _middle(graph, "input.1", 112)
    lighter = graph.add("Mul", graph.add("Sub", red, graph.constant(0.74)), graph.constant(6.0))
    values = [graph.add("Relu", blue), graph.add("Relu", graph.add("Neg", blue)), lighter]
    directions = np.random.default_rng(0).standard_normal((3, 512))
    graph.save(path, {graph.add("MatMul", _row(graph, values), graph.constant(directions)): (1, 512)})


def _middle(graph: Graph, name: str, side: int) -> list[str]:
    """Return the mean red, green and blue of a crop's middle."""
    edges = (graph.constant([3 * side // 8] * 2, np.int64), graph.constant([5 * side // 8] * 2, np.int64))
    middle = graph.add("Slice", name, *edges, graph.constant([2, 3], np.int64))
    means = graph.add("ReduceMean", middle, axes=[0, 2, 3], keepdims=0)
    return [graph.add("Gather", means, graph.constant(n, np.int64)) for n in range(3)]


def _constant_of(path: Path, name: str, size: tuple[int, int], value: np.ndarray) -> None:
    graph = Graph(name, ["None", 3, *size])
    nothing = graph.add("Mul", graph.add("ReduceMax", name, keepdims=0), graph.constant(0.0))
    graph.save(path, {graph.add("Add", graph.constant(value), nothing): value.shape})
