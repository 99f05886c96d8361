"""Read a request: JSON, or a form with `payload_json` and `files[n]`.

Source: https://docs.discord.com/developers/reference#uploading-files.
"""

import json
import re
from typing import Any

from aiohttp import web

from limner.tests.fakes.discord.errors import MisuseError
from limner.tests.fakes.discord.files import Upload


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
    values, uploads = None, {}
    for name, part in (await request.post()).items():
        if name == "payload_json":
            values = _parsed(part if isinstance(part, str) else b"")
        elif (found := re.fullmatch(r"files\[(\d+)\]", name)) and isinstance(part, web.FileField):
            uploads[int(found[1])] = Upload(part.filename, part.file.read())
        else:
            raise MisuseError(f"The part {name!r} of the form is not known.", name, "UNKNOWN_FIELD")
    return values if values is not None else {}, uploads


def _parsed(body: bytes | str) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        raise MisuseError("The request body contains invalid JSON.", code=50109) from None
