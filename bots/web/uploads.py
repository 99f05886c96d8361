"""Photos out of a request's body, a chunk at a time, so that a file larger than the limit never fills the memory."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from aiohttp import BodyPartReader, web

from limner.bots.errors import BadUploadError

__all__ = ["Upload", "uploads"]

CHUNK = 64 * 1024

PATIENCE = 8
"""How many times the limit is read and thrown away so that the refusal can still be told; then the line is cut."""

NAME_LENGTH = 120


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of a body. `data` is None where the file is larger than the limit."""

    name: str
    data: bytes | None


async def uploads(request: web.Request, limit: int, most: int) -> AsyncIterator[Upload]:
    """Yield the files of a multipart body one after the other; `limit` is the largest a file may be, in bytes.

    Raises BadUploadError for a body in another form, a broken one, one without files, one with many more than `most`
    files, and one that goes on too long; unread where it says so beforehand.
    """
    if (request.content_length or 0) > (PATIENCE + most) * limit:
        raise BadUploadError(f"The body says that it has {request.content_length} bytes.")
    try:
        reader = await request.multipart()
        found = 0
        parts = 0
        async for part in reader:
            parts += 1
            if parts > PATIENCE * most:
                raise BadUploadError(f"The body goes on after {PATIENCE * most} parts; {most} files are allowed.")
            if not isinstance(part, BodyPartReader) or part.filename is None:
                continue
            found += 1
            yield Upload(part.filename[:NAME_LENGTH], await _read(part, limit))
    except (ValueError, AssertionError) as error:  # aiohttp's ways of saying that a body is no multipart body
        raise BadUploadError(f"The body is not made of photos: {error}.") from error
    if not found:
        raise BadUploadError("The body holds no file.")


async def _read(part: BodyPartReader, limit: int) -> bytes | None:
    chunks: list[bytes] = []
    size = 0
    while chunk := await part.read_chunk(CHUNK):
        size += len(chunk)
        if size <= limit:
            chunks.append(bytes(chunk))
        elif size <= PATIENCE * limit:
            chunks.clear()
        else:
            raise BadUploadError(f"A file goes on after {size} bytes; {limit} are allowed.")
    return b"".join(chunks) if size <= limit else None
