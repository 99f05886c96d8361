"""What the engine's processes are told of the settings."""

from pathlib import Path

import pytest

from limner.deploy.compose import engine_options
from limner.deploy.errors import UserMistakeError
from limner.deploy.settings import Settings

CHOSEN = {"LIMNER_ANALYSER": "insightface", "LIMNER_INSIGHTFACE_LICENCE": "non-commercial"}
PACK = ("det_10g.onnx", "1k3d68.onnx", "genderage.onnx", "w600k_r50.onnx")
PARSER = ("config.json", "model.safetensors")


def options(home: Path, **environ: str) -> list[str]:
    """Return the engine's options for an environment."""
    return engine_options(Settings.from_env({"LIMNER_HOME": str(home), **environ}))


def test_the_defaults_are_told_nothing(tmp_path: Path) -> None:
    """Without a choice the engine starts as ever."""
    assert options(tmp_path) == []


def test_a_choice_reaches_the_engine(tmp_path: Path) -> None:
    """Pack and parser are named to both processes, and the examiner gets memory for the pack."""
    for name in (*PACK, *PARSER):
        (tmp_path / name).write_bytes(b"")
    told = options(tmp_path, **CHOSEN, LIMNER_INSIGHTFACE_PACK=str(tmp_path), LIMNER_FACE_PARSER=str(tmp_path))
    assert told == ["--insightface-pack", str(tmp_path), "--memory-mib", "4096", "--face-parser", str(tmp_path)]


def test_the_youngest_age_reaches_the_engine(tmp_path: Path) -> None:
    """What an operator sets is what the examiner refuses by."""
    assert options(tmp_path, LIMNER_YOUNGEST_AGE="18") == ["--youngest-age", "18"]


@pytest.mark.parametrize(
    "environ", [{**CHOSEN, "LIMNER_INSIGHTFACE_PACK": "/no/such/pack"}, {"LIMNER_FACE_PARSER": "/no/such/parser"}]
)
def test_missing_files_end_the_start(tmp_path: Path, environ: dict[str, str]) -> None:
    """A worker whose files are missing does not start, rather than failing every photo."""
    with pytest.raises(UserMistakeError, match="/no/such/"):
        options(tmp_path, **environ)
