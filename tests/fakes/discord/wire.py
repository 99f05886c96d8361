"""Read a request: JSON, or a form with `payload_json` and `files[n]`.

Source: https://docs.discord.com/developers/reference#uploading-files.
"""

import json
import re
from typing import Any

from aiohttp import BodyPartReader, web

from limner.tests.fakes.discord.errors import MisuseError, too_large
from limner.tests.fakes.discord.files import MB, Upload

# Ten files of the usual limit and what describes them.
REQUEST_MOST_BYTES = 110 * MB


async def read_request(request: web.Request) -> tuple[Any, dict[int, Upload]]:
    """Return the body, None where there is none, and the files by their numbers. Raises MisuseError."""
    if request.content_type == "multipart/form-data":
        return await _form(request)
    body = await request.read()
    if not body:
        return None, {}
    if request.content_type != "application/json":
        raise MisuseError(f"Expected 'Content-Type' header to be 'application/json', not {request.content_type!r}")
    return _parsed(body), {}


async def _form(request: web.Request) -> tuple[Any, dict[int, Upload]]:
    values: Any = {}
    uploads: dict[int, Upload] = {}
    size = 0
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise MisuseError("A form holds no other forms.")
        # Read to its end even above the limit, so that the caller hears the refusal.
        data = bytes(await part.read())
        size += len(data)
        name = part.name or ""
        if name == "payload_json":
            values = _parsed(data)
        elif found := re.fullmatch(r"files\[(\d+)\]", name):
            uploads[int(found[1])] = Upload(part.filename or "unknown", data)
        else:
            raise MisuseError(f"The part {name!r} of the form is not known.", name, "UNKNOWN_FIELD")
    if size > REQUEST_MOST_BYTES:
        raise too_large()
    return values, uploads


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        raise MisuseError("The request body contains invalid JSON.", code=50109) from None
