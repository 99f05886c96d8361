"""The files of the server: what persons and the bot have sent, and the sizes in which a photo is kept.

Source: https://core.telegram.org/bots/api#sending-files (10 MB for photos, 50 MB for documents, width + height at most
10,000, ratio at most 20) and #getfile (20 MB).
"""

import io
import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any

from PIL import Image, UnidentifiedImageError

from limner.tests.fakes.telegram.errors import MisuseError, bad_request

MB = 1024 * 1024
PHOTO_MOST_BYTES = 10 * MB
DOCUMENT_MOST_BYTES = 50 * MB
DOWNLOAD_MOST_BYTES = 20 * MB
SIDES_MOST = 10_000
RATIO_MOST = 20
# The longest sides, in pixels, of the copies that Telegram keeps of a photo.
SIDES = (90, 320, 800, 1280)


@dataclass(frozen=True, slots=True)
class Stored:
    """One file: its ids (one to fetch and send it by, one to know it again by), its bytes and its path."""

    file_id: str
    unique_id: str
    data: bytes
    path: str

    def json(self) -> dict[str, Any]:
        """Give what every kind of file says of itself."""
        return {"file_id": self.file_id, "file_unique_id": self.unique_id, "file_size": len(self.data)}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a call or from a person."""

    name: str
    data: bytes
    mime: str = "application/octet-stream"


class FileStore:
    """Keeps files by their id; a path may be downloaded once `getFile` has told it."""

    def __init__(self) -> None:
        self._files: dict[str, Stored] = {}
        self._paths: dict[str, Stored] = {}
        self._photos: dict[str, list[dict[str, Any]]] = {}
        self._documents: dict[str, dict[str, Any]] = {}

    def photo(self, data: bytes) -> list[dict[str, Any]]:
        """Keep a photo in its sizes, smallest first, as Array of PhotoSize. Raises MisuseError where it is none.

        A JPEG of at most 1280 pixels stays as it is, byte for byte, so that tests can compare; Telegram writes it anew.
        """
        sizes = [
            self._add(copy, "photos", ".jpg").json() | {"width": width, "height": height}
            for copy, width, height in _copies(data)
        ]
        self._photos |= {size["file_id"]: sizes for size in sizes}
        return sizes

    def document(self, upload: Upload) -> dict[str, Any]:
        """Keep a file as it is, as Document. Raises MisuseError above 50 MB or without a byte."""
        if len(upload.data) > DOCUMENT_MOST_BYTES:
            raise MisuseError("file is too big")
        if not upload.data:
            raise MisuseError("file must be non-empty")
        stored = self._add(upload.data, "documents", PurePosixPath(upload.name).suffix)
        document = stored.json() | {"file_name": upload.name, "mime_type": upload.mime}
        self._documents[stored.file_id] = document
        return document

    def photo_again(self, file_id: str) -> list[dict[str, Any]]:
        """Find the photo of which this is a size. Raises ApiError."""
        if self.get(file_id).file_id not in self._photos:
            raise bad_request("can't use file of type Document as Photo")
        return self._photos[file_id]

    def document_again(self, file_id: str) -> dict[str, Any]:
        """Find the document with this id. Raises ApiError."""
        if self.get(file_id).file_id not in self._documents:
            raise bad_request("can't use file of type Photo as Document")
        return self._documents[file_id]

    def get(self, file_id: str) -> Stored:
        """Find a file by its id. Raises ApiError."""
        if file_id not in self._files:
            raise bad_request("wrong file identifier/HTTP URL specified")
        return self._files[file_id]

    def publish(self, file_id: str) -> dict[str, Any]:
        """Answer getFile. Raises ApiError for an unknown id and above 20 MB."""
        if file_id not in self._files:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        stored = self._files[file_id]
        if len(stored.data) > DOWNLOAD_MOST_BYTES:
            raise bad_request("file is too big")
        self._paths[stored.path] = stored
        return stored.json() | {"file_path": stored.path}

    def download(self, path: str) -> bytes | None:
        """Return the bytes behind a path that getFile has told."""
        stored = self._paths.get(path)
        return stored.data if stored else None

    def _add(self, data: bytes, folder: str, suffix: str) -> Stored:
        path = f"{folder}/file_{len(self._files)}{suffix}"
        stored = Stored(f"AgAC{secrets.token_urlsafe(36)}", f"AQAD{secrets.token_urlsafe(9)}", data, path)
        self._files[stored.file_id] = stored
        return stored


# Many persons of a load test send the same photo.
@lru_cache(maxsize=64)
def _copies(data: bytes) -> tuple[tuple[bytes, int, int], ...]:
    if len(data) > PHOTO_MOST_BYTES:
        raise MisuseError(f"file of size {len(data)} bytes is too big for a photo; the maximum size is 10485760 bytes")
    try:
        with Image.open(io.BytesIO(data)) as picture:
            width, height = picture.size
            if width + height > SIDES_MOST or max(width, height) > RATIO_MOST * min(width, height):
                raise MisuseError("PHOTO_INVALID_DIMENSIONS")
            return tuple(_scaled(picture, data, side) for side in _sides(max(width, height)))
    except (UnidentifiedImageError, OSError) as error:
        raise MisuseError("IMAGE_PROCESS_FAILED") from error


def _sides(longest: int) -> list[int]:
    smaller = [side for side in SIDES if side < longest]
    return [*smaller, min(longest, SIDES[-1])] if longest <= SIDES[-1] else smaller


def _scaled(picture: Image.Image, data: bytes, side: int) -> tuple[bytes, int, int]:
    if side == max(picture.size) and picture.format == "JPEG":
        return data, *picture.size
    scale = side / max(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    written = io.BytesIO()
    picture.convert("RGB").resize(size).save(written, "JPEG", quality=87)
    return written.getvalue(), *size
