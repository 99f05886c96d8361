"""Write a style's folder: its entry, its LoRA and its preview, as the registry reads them."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from limner.engine.styles.registry import Style, load_styles

_ENTRY = "style.yaml"
_LORA = "lora.safetensors"
_PREVIEW = "preview.jpg"


def write_style(directory: Path, style: Style, lora: bytes, preview: bytes) -> Path:
    """Write `style` with a safetensors file and a JPEG to `directory`/name, and return that folder.

    What there is of an earlier style of that name is replaced, other files stay. All of it is read back before the
    first file is put in its place. Raises BadStyleError.
    """
    directory.mkdir(parents=True, exist_ok=True)
    target = directory / style.name
    # Hidden and one level deeper than the registry looks: a style that is half written is never found.
    with TemporaryDirectory(dir=directory, prefix=".new-") as beside:
        made = Path(beside) / style.name
        made.mkdir()
        (made / _LORA).write_bytes(lora)
        (made / _PREVIEW).write_bytes(preview)
        (made / _ENTRY).write_text(_entry(style), encoding="utf-8")
        load_styles(beside)
        target.mkdir(exist_ok=True)
        for name in (_LORA, _PREVIEW, _ENTRY):
            (made / name).replace(target / name)
    return target


def _entry(style: Style) -> str:
    entry: dict[str, str | float | None] = {
        "name": style.name,
        "title": style.title,
        "words": style.words,
        "prompt": style.prompt,
        "base": style.base,
        "face_scale": style.face_scale,
        "style_scale": style.style_scale,
        "lora": _LORA,
        "preview": _PREVIEW,
    }
    if style.guidance is not None:
        entry["guidance"] = style.guidance
    return yaml.safe_dump(entry, sort_keys=False, allow_unicode=True)
