"""Read a request: JSON, form, multipart or query string in, parameters of the documented types out.

Source: https://core.telegram.org/bots/api#making-requests.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from limner.tests.fakes.telegram.chats import Json
from limner.tests.fakes.telegram.errors import MisuseError
from limner.tests.fakes.telegram.files import Upload


async def read_request(request: web.Request) -> tuple[Json, dict[str, Upload]]:
    """Return the parameters as they were written, and the files by the names of their fields."""
    values: Json = dict(request.query)
    if request.content_type == "application/json":
        body = _parsed("the body", await request.text())
        if not isinstance(body, dict):
            raise MisuseError("can't parse request: an object is expected")
        return values | body, {}
    uploads: dict[str, Upload] = {}
    for name, field in (await request.post()).items():
        if isinstance(field, web.FileField):
            uploads[name] = Upload(field.filename, field.file.read(), field.content_type)
        else:
            values[name] = field if isinstance(field, str) else bytes(field).decode()
    return values, uploads


def _integer(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise MisuseError(f'parameter "{name}" must be an Integer, not {value!r}')
    try:
        return int(value)
    except ValueError:
        raise MisuseError(f'parameter "{name}" must be an Integer, not {value!r}') from None


def _boolean(name: str, value: Any) -> bool:
    known = {"true": True, "false": False, "1": True, "0": False}
    if str(value).lower() not in known:
        raise MisuseError(f'parameter "{name}" must be a Boolean, not {value!r}')
    return known[str(value).lower()]


def _string(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise MisuseError(f'parameter "{name}" must be a String, not {value!r}')
    return value


def _object(name: str, value: Any) -> Json:
    value = _parsed(name, value) if isinstance(value, str) else value
    if not isinstance(value, dict):
        raise MisuseError(f"can't parse {name} JSON object: an object is expected")
    return value


def _array(name: str, value: Any) -> list[Any]:
    value = _parsed(name, value) if isinstance(value, str) else value
    if not isinstance(value, list):
        raise MisuseError(f"can't parse {name} JSON object: an array is expected")
    return value


def _parsed(name: str, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise MisuseError(f"can't parse {name} JSON object") from None


def _chat(name: str, value: Any) -> int | str:
    return value if isinstance(value, str) and value.startswith("@") else _integer(name, value)


READERS: dict[str, Callable[[str, Any], Any]] = {
    "Integer": _integer,
    "Boolean": _boolean,
    "String": _string,
    "Object": _object,
    "Array": _array,
    "File": _string,
    "Chat": _chat,
}


def read_parameters(kinds: Mapping[str, str], values: Json, uploads: Mapping[str, Upload]) -> Json:
    """Turn what was written into the types of a method's parameters; a kind that ends with `!` must be there.

    A file that came under the name of its parameter is left to the uploads. Raises MisuseError for an unknown
    parameter, a missing one, a wrong type, and a file that nothing refers to.
    """
    for name in values.keys() - kinds.keys():
        raise MisuseError(f"parameter {name!r} is not known to this method")
    for name, kind in kinds.items():
        if kind.endswith("!") and name not in values and name not in uploads:
            raise MisuseError(f'parameter "{name}" is required')
    read = {name: READERS[kinds[name].rstrip("!")](name, value) for name, value in values.items()}
    written = json.dumps(read)
    for name in uploads:
        if kinds.get(name, "").rstrip("!") != "File" and f'"attach://{name}"' not in written:
            raise MisuseError(f"file {name!r} is not referred to by any parameter")
    return read
