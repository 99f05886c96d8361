"""The parts that an operator can choose: who finds faces and tells people apart, and who says where the head is.

Looks for files and packages only; a library is loaded by the part that needs it. Never asks the network.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Final

from limner.engine.bases.find import from_hub_cache
from limner.engine.errors import MissingModelsError
from limner.engine.faces import Analyser, Parser

PACKS: Final = Path("~/.insightface/models")
"""Where insightface itself keeps its packs."""

_FILES: Final = (
    ("det_10g.onnx", "scrfd_10g_bnkps.onnx"),
    ("1k3d68.onnx",),
    ("genderage.onnx",),
    ("w600k_r50.onnx", "glintr100.onnx"),
)
"""What a pack needs: faces, landmarks, age and sex, embeddings; each as `buffalo_l` and as `antelopev2` call it."""

_PARSER_FILES: Final = ("config.json", "model.safetensors")


def make_analyser(pack: str | None, *, device: str = "cpu", threads: int = 1) -> Analyser:
    """Make the default analyser, or with a pack of model files insightface's. Raises MissingModelsError."""
    if pack is None:
        from limner.engine.preprocess.analyser import DlibAnalyser

        return DlibAnalyser()
    from limner.engine.preprocess.insight import InsightFaceAnalyser

    return InsightFaceAnalyser(find_pack(pack), device=device, threads=threads)


def make_parser(name: str | None, *, device: str = "cpu") -> Parser:
    """Make the default parser, or load a SegFormer. Raises MissingModelsError."""
    if name is None:
        from limner.engine.preprocess.mask import head_mask

        return head_mask
    from limner.engine.parsing import SegformerParser

    return SegformerParser(find_parser(name), device=device)


def find_pack(name: str) -> Path:
    """Return the folder of a pack, given its path or its name below PACKS.

    Raises MissingModelsError when insightface is not installed or a file is missing, and says where it belongs.
    """
    if find_spec("insightface") is None:
        raise MissingModelsError(
            "The package 'insightface' is not installed: install limner with its `insightface` extra."
        )
    folder = (Path(name) if "/" in name else PACKS / name).expanduser()
    missing = [" or ".join(names) for names in _FILES if not any((folder / one).is_file() for one in names)]
    if missing:
        raise MissingModelsError(
            f"InsightFace's pack lacks {', '.join(missing)}: put the files of buffalo_l or antelopev2 into {folder}."
        )
    return folder


def find_parser(name: str) -> Path:
    """Return the folder of a SegFormer, given its path or a hub id that is in the local cache.

    Raises MissingModelsError and names the files that are needed.
    """
    folder = Path(name).expanduser()
    if not folder.is_dir():
        cached = from_hub_cache(name, "config.json")
        if cached is None:
            raise MissingModelsError(
                f"The face parser {name!r} is neither a folder nor in the hub's cache on this machine: "
                f"name a folder with {' and '.join(_PARSER_FILES)}."
            )
        folder = cached
    missing = [file for file in _PARSER_FILES if not (folder / file).is_file()]
    if missing:
        raise MissingModelsError(f"The face parser lacks {' and '.join(missing)}: put it into {folder}.")
    return folder
