"""What an operator can choose: the files that are needed are named before anything is loaded."""

from pathlib import Path

import pytest

from limner.engine import analysers
from limner.engine.analysers import find_pack, find_parser, make_analyser, make_parser
from limner.engine.errors import MissingModelsError
from limner.engine.preprocess.analyser import DlibAnalyser
from limner.engine.preprocess.mask import head_mask

PACKS = {
    "buffalo_l": ("det_10g.onnx", "1k3d68.onnx", "genderage.onnx", "w600k_r50.onnx", "2d106det.onnx"),
    "antelopev2": ("scrfd_10g_bnkps.onnx", "1k3d68.onnx", "genderage.onnx", "glintr100.onnx", "2d106det.onnx"),
}


def written(folder: Path, names: tuple[str, ...]) -> Path:
    """Make a folder with files of those names."""
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).write_bytes(b"")
    return folder


def test_the_defaults_need_no_choice() -> None:
    """Without a word dlib finds faces and no network draws masks."""
    assert isinstance(make_analyser(None), DlibAnalyser)
    assert make_parser(None) is head_mask


@pytest.mark.parametrize("pack", PACKS)
def test_a_pack_is_found_by_name_and_by_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: str) -> None:
    """Both packs are complete with the files that InsightFace publishes, below its own folder or in any other."""
    folder = written(tmp_path / "models" / pack, PACKS[pack])
    monkeypatch.setattr(analysers, "PACKS", tmp_path / "models")
    assert find_pack(pack) == folder
    assert find_pack(str(folder)) == folder


def test_a_missing_file_is_named_with_its_place(tmp_path: Path) -> None:
    """Every missing file is named once, and the folder where it belongs; nothing is downloaded."""
    folder = written(tmp_path / "buffalo_l", ("det_10g.onnx", "genderage.onnx"))
    with pytest.raises(MissingModelsError) as caught:
        find_pack(str(folder))
    assert "1k3d68.onnx, w600k_r50.onnx or glintr100.onnx" in str(caught.value)
    assert "det_10g" not in str(caught.value)
    assert str(folder) in str(caught.value)
    assert sorted(path.name for path in folder.iterdir()) == ["det_10g.onnx", "genderage.onnx"]


def test_without_the_library_its_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where insightface is not installed the sentence says how to install it."""
    monkeypatch.setattr(analysers, "find_spec", lambda _name: None)
    with pytest.raises(MissingModelsError, match="`insightface` extra"):
        make_analyser("buffalo_l")


def test_a_parser_needs_its_files(tmp_path: Path) -> None:
    """A folder without weights is named with the file that it lacks, and a complete one is found."""
    folder = written(tmp_path / "parser", ("config.json",))
    with pytest.raises(MissingModelsError, match=r"model\.safetensors"):
        find_parser(str(folder))
    (folder / "model.safetensors").write_bytes(b"")
    assert find_parser(str(folder)) == folder


def test_a_hub_id_is_looked_for_on_this_machine_only() -> None:
    """A hub id that is not in the local cache is not fetched: the sentence says what to name instead."""
    with pytest.raises(MissingModelsError, match="hub's cache on this machine"):
        find_parser("nobody/has-this")
