"""The second judge: what it looks at, what it adds to a row, and its table."""

import io
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from limner.engine.bench.rows import Row
from limner.engine.bench.second import FARTHEST, FaceResAnalyser, SecondJudge, chip
from limner.engine.bench.tables import judge_table
from limner.tests.fakes import photos
from limner.tests.fakes.analyser import PaperAnalyser, dlib_analyser, paper_photo
from limner.tests.fakes.faceres import save_faceres

ROW = Row(
    recipe="limner",
    sitter="P007",
    photos=3,
    style="photo",
    strength=1.0,
    seed=0,
    distances=(0.5, 1.0),
    median_distance=0.75,
    share_same=0.5,
    diversity=0.2,
    wall_s=100.0,
    cpu_s=90.0,
    peak_mb=900.0,
)


def _png(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def test_faces_are_the_finders_and_embeddings_its_own(tmp_path: Path) -> None:
    """Detection is handed on; an embedding is FaceRes's, of the width and length that its space says."""
    analyser = FaceResAnalyser(save_faceres(tmp_path), PaperAnalyser())
    photo = paper_photo((1, 100, 50, 150))
    [found] = analyser.detect(photo)
    assert found.box == PaperAnalyser().detect(photo)[0].box
    embedding = analyser.embed(photo, found)
    assert embedding.shape == (analyser.space.width,)
    assert np.linalg.norm(embedding) == pytest.approx(1.0, abs=1e-5)


def test_eyes_lie_level_where_the_network_learned_them() -> None:
    """However a face lies in the photo, its eyes come to 0.24 of the side apart, a little above the middle."""
    photo = np.zeros((400, 400, 3), np.uint8)
    [found] = PaperAnalyser().detect(paper_photo((1, 100, 50, 150)))
    turned = replace(found, landmarks=np.stack([400 - found.landmarks[:, 1], found.landmarks[:, 0]], 1))
    for part in (np.s_[36:42], np.s_[42:48]):
        x, y = turned.landmarks[part].mean(0).round().astype(int)
        photo[y - 2 : y + 3, x - 2 : x + 3] = 255
    bright = chip(photo, turned)[..., 0] > 100
    left, right = (np.argwhere(half).mean(0) for half in (bright[:, :112], bright[:, 112:]))
    assert left[0] == pytest.approx(right[0], abs=1.5)
    assert (right[1] + 112 - left[1]) / 224 == pytest.approx(0.2415, abs=0.01)


def test_a_row_gets_the_judges_figures() -> None:
    """A photo of the sitter is near, a picture without a face as far as can be; what dlib said stays as it was."""
    picture = Image.open(io.BytesIO(photos.selfie("P007")))
    picture.thumbnail((500, 500))
    files = [_png(picture), _png(Image.new("RGB", (64, 64)))]
    judged = SecondJudge(dlib_analyser()).judged(ROW, files, "P007")
    near, far = judged.judge_distances
    assert near < dlib_analyser().space.same_person
    assert far == pytest.approx(FARTHEST, abs=1e-4)
    assert judged.judge_distance == pytest.approx((near + far) / 2, abs=1e-4)
    assert judged.judge_same == 0.5
    assert judged.distances == ROW.distances


def test_a_row_without_portraits_stays_as_it_is() -> None:
    """A recipe that diverged has nothing to judge."""
    assert SecondJudge(PaperAnalyser()).judged(ROW, [], "P007") is ROW


def test_the_table_gives_medians_over_all_sitters() -> None:
    """Three portraits of two sitters are one line, and a recipe without portraits has no figures."""
    rows = [
        msgspec.structs.replace(ROW, judge_distances=(0.7, 0.9)),
        msgspec.structs.replace(ROW, sitter="P008", judge_distances=(0.75,)),
        msgspec.structs.replace(ROW, recipe="wild", strength=0.8),
    ]
    assert judge_table(rows, FaceResAnalyser.space.same_person).splitlines()[2:] == [
        "| limner | 3 | photo | noise | 0.750 | 67% |",
        "| wild | 3 | photo | photo at 0.8 |  |  |",
    ]
