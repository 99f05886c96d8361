"""Bytes and maps for what travels through Redis: msgpack, never pickle.

arq packs its jobs with `pack` and reads them with `unpack`. An exception travels as its type's name and its words,
and comes back as a RemoteError (or CancelledError): no value in Redis can make a reader import or run anything.
Messages become plain maps and are validated on arrival.
"""

import asyncio
from dataclasses import fields
from typing import Any, TypeVar, get_args

import msgspec

from limner.queue.errors import BadMessageError
from limner.queue.messages import Command, News

M = TypeVar("M", bound=Command | News)

ERROR = "__error__"
NEWS: dict[str, type[News]] = {kind.__name__: kind for kind in get_args(News)}


class RemoteError(Exception):
    """An exception that was raised in another process; its words only."""


def pack(value: object) -> bytes:
    """Pack maps, lists, text, bytes, numbers and exceptions.

    Raises TypeError for anything else.
    """
    return msgspec.msgpack.encode(value, enc_hook=_pack_error)


def unpack(data: bytes) -> Any:
    """Unpack what `pack` wrote; exceptions come back where arq has them, as values of the outermost map.

    Raises BadMessageError for everything that is not msgpack.
    """
    try:
        value = msgspec.msgpack.decode(data)
    except (msgspec.MsgspecError, ValueError, TypeError, RecursionError) as error:
        raise BadMessageError(f"{len(data)} bytes that are not msgpack: {error}") from error
    if not isinstance(value, dict):
        return value
    return {key: _unpack_error(part) for key, part in value.items()}


def to_map(message: Command | News) -> dict[str, Any]:
    """Write a message as a plain map of its fields."""
    return {field.name: getattr(message, field.name) for field in fields(message)}


def from_map(kind: type[M], value: object) -> M:
    """Read a message of one kind, checking every field's presence and type.

    Unknown fields are passed over, so that an older process understands a newer one. Raises BadMessageError.
    """
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise BadMessageError(f"Not a {kind.__name__}: {error}.") from error


def pack_news(news: News) -> bytes:
    """Pack one piece of news together with its kind."""
    return pack({"kind": type(news).__name__, "fields": to_map(news)})


def unpack_news(data: bytes) -> News:
    """Read one piece of news.

    Raises BadMessageError for an unknown kind or wrong fields.
    """
    value = unpack(data)
    name = value.get("kind") if isinstance(value, dict) else None
    kind = NEWS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise BadMessageError(f"{len(data)} bytes that are no known kind of news.")
    return from_map(kind, value.get("fields"))


def _pack_error(value: object) -> dict[str, Any]:
    if isinstance(value, BaseException):
        return {ERROR: type(value).__name__, "words": str(value)}
    raise TypeError(f"A {type(value).__name__} does not travel through Redis.")


def _unpack_error(value: object) -> object:
    if not isinstance(value, dict) or ERROR not in value:
        return value
    if value[ERROR] == asyncio.CancelledError.__name__:
        return asyncio.CancelledError()
    return RemoteError(f"{value[ERROR]}: {value.get('words')}")
