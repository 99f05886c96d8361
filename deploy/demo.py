"""Photos of a sitter to try limner with: P007 of openpeople, a fictional person whom nano has never seen."""

import importlib.util
import shutil
from pathlib import Path

from limner.deploy.errors import MissingPartError

SITTER = "P007"

# The cell "Happy" of P007's expression sheet (2400 x 1792 px), inside its white rules.
EXPRESSION = (685, 84, 1155, 400)


def demonstration_photos(folder: Path) -> list[Path]:
    """Lay three photos of the demonstration sitter into a folder, unless they are there; return their paths.

    A selfie, a studio portrait and one expression. Raises MissingPartError where openpeople is not installed.
    """
    photos = [folder / name for name in ("selfie.jpg", "studio.jpg", "happy.jpg")]
    if not all(photo.exists() for photo in photos):
        folder.mkdir(parents=True, exist_ok=True)
        assets = _assets()
        shutil.copyfile(assets / "amateur_selfie.jpg", photos[0])
        shutil.copyfile(assets / "studio_portrait.jpg", photos[1])
        _crop(assets / "emotions_sheet.jpg", photos[2])
    return photos


def _assets() -> Path:
    # Looked up, not imported: the package's import reads all ten people.
    spec = importlib.util.find_spec("openpeople")
    if spec is None or spec.origin is None:
        raise MissingPartError("openpeople, which brings the demonstration sitter,", "engine")
    return Path(spec.origin).parent / "data/curated" / SITTER / "assets"


def _crop(sheet: Path, to: Path) -> None:
    from PIL import Image

    with Image.open(sheet) as picture:
        picture.crop(EXPRESSION).save(to, quality=95)
