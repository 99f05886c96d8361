"""Read styles from YAML and validate them.

A style is a folder with a `style.yaml`, or one entry in a YAML file that holds an entry or a list of them. Paths in an
entry are relative to its file and stay beside or below it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from limner.engine.errors import BadLoraError, BadStyleError, UnknownStyleError
from limner.engine.styles.weights import check_lora

BUILT_IN = Path(__file__).resolve().parent

_REQUIRED = {"name", "title", "words", "prompt"}
_NUMBERS = {
    # name: (smallest, largest). FaceChain's 76 styles: face 0.95 in 64 of them, style most often 0.35.
    "face_scale": (0.0, 2.0),
    "style_scale": (0.0, 2.0),
    "start_strength": (0.05, 1.0),
    "guidance": (1.0, 20.0),
}
_OPTIONAL = {"negative_prompt", "lora", "preview", "base", *_NUMBERS}


@dataclass(frozen=True, slots=True)
class Style:
    """One style. `title` and `words` are for people, the rest is for the engine.

    `start_strength` 1 draws from noise, less than 1 from the sitter's aligned photo. `guidance` None leaves it
    to the base. `base` names the base that LoRA and figures are for; on another one the words speak alone.
    """

    name: str
    title: str
    words: str
    prompt: str
    negative_prompt: str = ""
    lora: Path | None = None
    face_scale: float = 1.0
    style_scale: float = 1.0
    preview: Path | None = None
    start_strength: float = 1.0
    guidance: float | None = None
    base: str | None = None


def load_styles(*directories: str | Path) -> dict[str, Style]:
    """Read the built-in styles and those of the given folders; a later one of the same name replaces an earlier.

    Raises BadStyleError with the file and what is wrong in it, also for a LoRA that is not one.
    """
    found: dict[str, Style] = {}
    for directory in (BUILT_IN, *map(Path, directories)):
        if not directory.is_dir():
            raise BadStyleError(str(directory), "there is no such folder")
        for path in _files(directory):
            found |= {style.name: style for style in _read(path)}
    return found


def find_style(styles: Mapping[str, Style], name: str) -> Style:
    """Return the style of that name. Raises UnknownStyleError."""
    if name not in styles:
        raise UnknownStyleError(name, list(styles))
    return styles[name]


def is_name(name: str) -> bool:
    """Tell whether a style can be called so: one word of letters and digits, with "-" and "_" in it."""
    return name.replace("-", "").replace("_", "").isalnum()


def _files(directory: Path) -> Iterator[Path]:
    yield from sorted(directory.glob("*.yaml"))
    yield from sorted(directory.glob("*/style.yaml"))


def _read(path: Path) -> Iterator[Style]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadStyleError(str(path), "it is not YAML") from error
    for entry in content if isinstance(content, list) else [content]:
        if not isinstance(entry, dict):
            raise BadStyleError(str(path), "an entry is not a mapping")
        yield _style(path, entry)


def _style(path: Path, entry: Mapping[str, object]) -> Style:
    if missing := sorted(_REQUIRED - entry.keys()):
        raise BadStyleError(str(path), f"{', '.join(missing)} is missing")
    if unknown := sorted(map(str, entry.keys() - _REQUIRED - _OPTIONAL)):
        raise BadStyleError(str(path), f"{', '.join(unknown)} is not known")
    name = _text(path, "name", entry["name"])
    if not is_name(name):
        raise BadStyleError(str(path), f"the name {name!r} is not one word of letters and digits")
    lora = _beside(path, entry.get("lora"))
    if lora is not None:
        _check_lora(path, lora)
    numbers = {key: _number(path, key, entry[key]) for key in _NUMBERS if key in entry}
    return Style(
        name=name,
        title=_text(path, "title", entry["title"]),
        words=_text(path, "words", entry["words"]),
        prompt=_text(path, "prompt", entry["prompt"]),
        negative_prompt=_text(path, "negative_prompt", entry.get("negative_prompt", "")),
        lora=lora,
        preview=_beside(path, entry.get("preview")),
        base=_text(path, "base", entry["base"]) if entry.get("base") else None,
        **numbers,
    )


def _text(path: Path, key: str, value: object) -> str:
    if not isinstance(value, str) or (key in _REQUIRED and not value.strip()):
        raise BadStyleError(str(path), f"{key} is not a text")
    return value.strip()


def _number(path: Path, key: str, value: object) -> float:
    least, most = _NUMBERS[key]
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise BadStyleError(str(path), f"{key} is {value!r} and must lie between {least:g} and {most:g}")
    return float(value)


def _beside(path: Path, value: object) -> Path | None:
    """Resolve a file that an entry names; None when it names none."""
    if value is None:
        return None
    folder = path.parent.resolve()
    file = (folder / _text(path, "a file name", value)).resolve()
    if not file.is_relative_to(folder):
        raise BadStyleError(str(path), f"{value!r} lies outside of its folder")
    if not file.is_file():
        raise BadStyleError(str(path), f"there is no file {value!r}")
    return file


def _check_lora(path: Path, lora: Path) -> None:
    if lora.suffix != ".safetensors":
        raise BadStyleError(str(path), f"{lora.name} is not a safetensors file")
    try:
        check_lora(lora.read_bytes())
    except BadLoraError as error:
        raise BadStyleError(str(path), f"its LoRA is damaged: {error.why}") from error
