"""What `--background` of `limner portrait` means: a word, a picture's file or a colour."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from limner.deploy.errors import UserMistakeError

if TYPE_CHECKING:
    from limner.engine.faces import Pixels
    from limner.engine.fuse.background import Background

STYLE: Final = "style"
PHOTO: Final = "photo"


def read_background(said: str) -> "Background":
    """Return what the engine is to put behind the sitter. A file goes before a colour of its name.

    Raises UserMistakeError for what is neither, and for a file that is no picture.
    """
    if said == STYLE:
        return None
    if said == PHOTO:
        return PHOTO
    file = Path(said)
    return _picture(file) if file.is_file() else _colour(said)


def _picture(file: Path) -> "Pixels":
    from limner.engine.errors import PhotoRefusedError
    from limner.engine.preprocess.decode import decode

    try:
        return decode(file.read_bytes())
    except PhotoRefusedError as error:
        why = error.refusal.reason.value.replace("_", " ")
        raise UserMistakeError(
            f"The background {file} cannot be used ({why}): name one picture, best as JPEG or PNG."
        ) from error


def _colour(said: str) -> "Pixels":
    """Return a picture of one pixel, which covers any portrait."""
    import numpy as np
    from PIL import ImageColor

    try:
        colour = ImageColor.getrgb(said)[:3]
    except ValueError as error:
        raise UserMistakeError(
            f"The background {said!r} is neither a file nor a colour: "
            "name a picture that is there, or a colour such as navy or #1e3a5f."
        ) from error
    return np.array([[colour]], np.uint8)
