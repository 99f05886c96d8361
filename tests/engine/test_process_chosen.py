"""The engine's processes with InsightFace and a face parser chosen, over small networks of our own."""

import subprocess
import sys
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from limner.tests.fakes.engine_child import child
from limner.tests.fakes.photos import selfie
from limner.tests.fakes.segformer import save_segformer

pytest.importorskip("cv2", reason="OpenCV, which InsightFace needs, cannot be loaded here", exc_type=ImportError)

from limner.tests.fakes.insight import MAN, WOMAN, red_photo, save_pack

# The libraries' own, while saving.
pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a pack that finds red faces."""
    return save_pack(tmp_path_factory.mktemp("pack"))


def red_file(person: int, left: int = 100) -> bytes:
    """Return a photo of a red face as a PNG file."""
    file = BytesIO()
    Image.fromarray(red_photo((person, left, 80, 220))).save(file, "PNG")
    return file.getvalue()


def test_the_examiner_looks_with_insightface(pack: Path) -> None:
    """It answers with 512 numbers, knows another person by them, tells nobody's age, and still loads no torch."""
    with child("examiner", "--insightface-pack", str(pack), "--memory-mib", "4096") as examiner:
        (first,) = examiner.ask("examine", photo=red_file(WOMAN), known=[])
        assert first["result"]["refusal"] is None
        assert len(first["result"]["embedding"]) == 4 * 512
        assert first["result"]["quality"]["face_px"] == 220
        assert "age" not in first["result"]["quality"]
        (again,) = examiner.ask("examine", photo=red_file(WOMAN, 140), known=[first["result"]["embedding"]])
        assert again["result"]["refusal"] is None
        (other,) = examiner.ask("examine", photo=red_file(MAN), known=[first["result"]["embedding"]])
        assert other["result"]["refusal"] == "another_person"
        assert "libtorch" not in examiner.libraries()


@pytest.mark.parametrize("width, refusal", [(512, "another_person"), (128, None)])
def test_what_another_analyser_measured_is_left_out(pack: Path, width: int, refusal: str | None) -> None:
    """Embeddings from before the operator changed the analyser count for nothing, and break nothing."""
    known = np.eye(1, width, dtype="<f4").tobytes()
    with child("examiner", "--insightface-pack", str(pack), "--memory-mib", "4096") as examiner:
        (answer,) = examiner.ask("examine", photo=red_file(WOMAN), known=[known])
        assert answer["result"]["refusal"] == refusal


@pytest.mark.slow
def test_the_painter_paints_with_both(pack: Path, tiny_directory: Path, tmp_path: Path) -> None:
    """Three red photos are prepared, trained on and painted; a photo of a face that the pack does not know is told."""
    parser = save_segformer(tmp_path)
    photos = [*(red_file(WOMAN, left) for left in (60, 80, 100)), selfie("P007")]
    options = ("--device", "cpu", "--insightface-pack", str(pack), "--face-parser", str(parser))
    with child("painter", *options) as painter:
        answers = painter.ask("make", photos=photos, style="photo", base=str(tiny_directory), count=2, seed=3)
    result = answers[-1]["result"]
    assert len(result["portraits"]) == 2
    assert [refusal and refusal["reason"] for refusal in result["refusals"]] == [None, None, None, "no_face"]


def test_missing_files_end_the_process_with_a_sentence(tmp_path: Path) -> None:
    """A process that lacks its models ends at once and says which files belong where."""
    command = (sys.executable, "-m", "limner.engine.process", "examiner", "--insightface-pack", str(tmp_path))
    # Its stdin stays open: that is not why it ends.
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        said = process.stderr.read()
        assert process.wait(20) == 1
    assert said.count("\n") == 1
    assert "InsightFace's pack lacks det_10g.onnx or scrfd_10g_bnkps.onnx, 1k3d68.onnx" in said
    assert said.endswith(f"put the files of buffalo_l or antelopev2 into {tmp_path}.\n")
