"""The files of the server, and their addresses, which are signed and end after a day.

Source: https://docs.discord.com/developers/reference#signed-attachment-cdn-urls.
"""

import hashlib
import hmac
import io
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from PIL import Image, UnidentifiedImageError

from limner.tests.fakes.discord.clock import Clock

MB = 1024 * 1024
UPLOAD_MOST_BYTES = 10 * MB
LIFE_S = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way in."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Stored:
    """A file: where it hangs, its bytes, and whether it goes away with what was only shown to one person."""

    id: int
    channel_id: int
    name: str
    data: bytes
    ephemeral: bool
    size: tuple[int, int] | None
    description: str | None = None

    @property
    def path(self) -> str:
        """Give the path of its address."""
        return f"/{'ephemeral-' if self.ephemeral else ''}attachments/{self.channel_id}/{self.id}/{self.name}"


class FileStore:
    """Keeps files by their id."""

    def __init__(self, clock: Clock) -> None:
        self.base = ""
        """What the paths are appended to; known once the server runs."""
        self._clock = clock
        self._files: dict[int, Stored] = {}

    def add(
        self, id_: int, channel_id: int, upload: Upload, description: str | None = None, *, ephemeral: bool = False
    ) -> int:
        """Keep a file; return its id."""
        name = re.sub(r"[^\w.\-]", "_", upload.name)
        size = _size(upload.data)
        self._files[id_] = Stored(id_, channel_id, name, upload.data, ephemeral, size, description)
        return id_

    def get(self, id_: int) -> Stored:
        """Find a file by its id."""
        return self._files[id_]

    def json(self, id_: int) -> dict[str, Any]:
        """Give the attachment object, with an address that is good for a day from now."""
        stored = self._files[id_]
        url = self.url(stored)
        found = {"id": str(id_), "filename": stored.name, "size": len(stored.data), "url": url, "proxy_url": url}
        kind, _ = mimetypes.guess_type(stored.name)
        found |= {"content_type": kind} if kind else {}
        found |= {"width": stored.size[0], "height": stored.size[1]} if stored.size else {}
        found |= {"description": stored.description} if stored.description else {}
        return found | ({"ephemeral": True} if stored.ephemeral else {})

    def url(self, stored: Stored) -> str:
        """Sign an address."""
        now = int(self._clock.now())
        given = f"{now + LIFE_S:x}", f"{now:x}"
        return f"{self.base}{stored.path}?ex={given[0]}&is={given[1]}&hm={_sign(stored.path, *given)}"

    def download(self, path: str, query: Mapping[str, str]) -> Stored | None:
        """Find the file behind an address; None where it is wrong or has ended."""
        given = query.get("ex", ""), query.get("is", "")
        if not hmac.compare_digest(query.get("hm", ""), _sign(path, *given)) or int(given[0], 16) <= self._clock.now():
            return None
        return next((stored for stored in self._files.values() if stored.path == path), None)


def _sign(path: str, *given: str) -> str:
    return hashlib.sha256("|".join((path, *given)).encode()).hexdigest()


def _size(data: bytes) -> tuple[int, int] | None:
    try:
        with Image.open(io.BytesIO(data)) as picture:
            return picture.size
    except (UnidentifiedImageError, OSError):
        return None
