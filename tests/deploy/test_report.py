"""What `limner portrait` leaves behind."""

import io
import json
from pathlib import Path

import pytest
from PIL import Image

from limner.deploy.report import Made, MadePortrait, sheet_rows, write_report


def png(colour: str) -> bytes:
    """Return a PNG of 16 px of one colour."""
    stream = io.BytesIO()
    Image.new("RGB", (16, 16), colour).save(stream, "PNG")
    return stream.getvalue()


def portrait(colour: str, style: str = "comic", likeness: float | None = 0.7, seed: int = 7) -> MadePortrait:
    """Return a portrait of one colour."""
    return MadePortrait(png(colour), style, likeness, seed)


@pytest.fixture
def made() -> Made:
    """Return a run of three portraits in two styles."""
    return Made(
        portraits=[portrait("red"), portrait("green", seed=8), portrait("blue", "oil", None)],
        face_lora=b"a Face LoRA",
        curve=[{"step": 0, "loss": None, "likeness": 0.1}, {"step": 40, "loss": 0.3, "likeness": 0.6}],
        seconds={"prepare": 1.04, "train": 100.26, "render": 9.0},
        refusals=[{"photo": "a.jpg", "reason": "no_face", "words": "No face was found."}],
    )


def test_the_report_names_every_portrait_and_every_stage(made: Made, tmp_path: Path) -> None:
    """report.json has file, style, seed and likeness of each portrait, seconds of each stage, and the refusals."""
    write_report(tmp_path / "out", made)
    report = json.loads((tmp_path / "out/report.json").read_text())
    assert report["portraits"][0] == {"file": "comic-01.png", "style": "comic", "seed": 7, "likeness": 0.7}
    assert [one["file"] for one in report["portraits"]] == ["comic-01.png", "comic-02.png", "oil-01.png"]
    assert report["seconds"] == {"prepare": 1.0, "train": 100.3, "render": 9.0}
    assert report["refusals"][0]["words"] == "No face was found."


def test_every_file_named_is_written(made: Made, tmp_path: Path) -> None:
    """Portraits, contact sheet, likeness plot and report are files, the portraits exactly as they were made."""
    files = write_report(tmp_path, made)
    assert [file.name for file in files[3:]] == [
        "contact-sheet.png",
        "face-lora.safetensors",
        "likeness.png",
        "report.json",
    ]
    assert all(file.stat().st_size for file in files)
    assert files[0].read_bytes() == made.portraits[0].png


def test_without_training_there_is_no_plot(made: Made, tmp_path: Path) -> None:
    """A run with a Face LoRA made earlier draws no likeness over training, and has no new one to give."""
    names = {file.name for file in write_report(tmp_path, Made(made.portraits, None, [], made.seconds, []))}
    assert not names & {"likeness.png", "face-lora.safetensors"}


def test_one_style_makes_rows_of_four() -> None:
    """Five portraits in one style take two rows, in their order from the left, the style named once."""
    rows = sheet_rows([portrait("red")] * 4 + [portrait("blue")])
    assert [row.title for row in rows] == ["comic", ""]
    assert [len(row.pictures) for row in rows] == [4, 1]
    assert rows[1].pictures[0] == (png("blue"), "0.70")


def test_several_styles_make_a_row_each(made: Made) -> None:
    """With several styles each has a row under its name, so that they can be compared."""
    rows = sheet_rows(made.portraits)
    assert [(row.title, len(row.pictures)) for row in rows] == [("comic", 2), ("oil", 1)]
    assert rows[1].pictures[0][1] == ""
