"""Encrypted objects: photos, embeddings, Face LoRAs, checkpoints, previews, portraits and so on as sealed bytes.

Knows paths and keys, no rows. An object is written once under a fresh name and never changed, so two writers never
overwrite each other; the row that names it decides whether it counts. Objects are written before rows and deleted
after them: a crash between leaves an object that nothing names, and the sweep takes it.
"""

import asyncio
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal
from uuid import uuid4

import obstore
from obstore.exceptions import NotFoundError as MissingObjectError
from obstore.store import LocalStore, ObjectStore, from_url

from limner.storage.errors import NotFoundError
from limner.storage.keys import Keys, seal, unseal

_USERS = "users"

Kind = Literal[
    "photo",
    "thumbnail",
    "embedding",
    "face-lora",
    "reference",
    "checkpoint",
    "preview",
    "template",
    "portrait",
    "copy",
    "poster",
]


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object as the store lists it."""

    path: str
    modified_at: datetime


class Objects:
    """Write, read and delete sealed objects; every call may be repeated."""

    def __init__(self, store: ObjectStore, keys: Keys) -> None:
        self._store = store
        self._keys = keys

    async def write(self, user_id: str, kind: Kind, data: bytes) -> str:
        """Seal `data` with its owner's key and return the new object's path.

        Raises NotFoundError when the owner was forgotten.
        """
        path = f"{_folder(user_id)}/{kind}/{uuid4().hex}"
        key = await self._keys.of(user_id)
        sealed = await asyncio.to_thread(seal, key, path, data)
        await put(self._store, path, sealed)
        return path

    async def write_some(self, user_id: str, kind: Kind, data: bytes | None) -> str | None:
        """Write an object that may be absent; None then."""
        return None if data is None else await self.write(user_id, kind, data)

    async def read(self, user_id: str, path: str) -> bytes:
        """Open an object with this user's key.

        Raises NotFoundError when the object or the key is gone, UnreadableObjectError when it is another's or altered.
        """
        key = await self._keys.of(user_id)
        return await asyncio.to_thread(unseal, key, path, await get(self._store, path))

    async def delete(self, paths: Iterable[str | None]) -> int:
        """Delete objects; one that is gone already is no error. Return how many were named."""
        named = [path for path in paths if path is not None]
        for path in named:
            try:
                await obstore.delete_async(self._store, path)
            except (MissingObjectError, FileNotFoundError):
                continue
        return len(named)

    async def delete_all_of(self, user_id: str) -> int:
        """Delete whatever lies under this user's folder, named by a row or not."""
        return await self.delete([found.path for found in await self.listing(_folder(user_id))])

    async def listing(self, prefix: str = _USERS) -> list[StoredObject]:
        """List the objects under a prefix (a whole path segment): everybody's, and nothing that others keep beside."""
        return await listing(self._store, prefix)


def open_store(url: str) -> ObjectStore:
    """Open `file:///folder`, `memory:///`, `s3://bucket` or whatever else obstore knows; make a local folder."""
    if not url.startswith("file:"):
        return from_url(url)
    prefix = LocalStore.from_url(url, mkdir=True).prefix
    if prefix is None:
        raise ValueError(f"The object store {url!r} names no folder.")
    Path(prefix).chmod(0o700)
    return LocalStore(prefix)


async def put(store: ObjectStore, path: str, sealed: bytes) -> None:
    """Write an object; in a local folder it is on disk when this returns."""
    await obstore.put_async(store, path, sealed)
    if isinstance(store, LocalStore) and store.prefix is not None:
        # What follows in the database is synced to disk, so the object must be there first.
        await asyncio.to_thread(_sync, Path(store.prefix) / path)


async def get(store: ObjectStore, path: str) -> bytes:
    """Read an object. Raises NotFoundError when it is gone."""
    try:
        found = await obstore.get_async(store, path)
        return bytes(await found.bytes_async())
    except (MissingObjectError, FileNotFoundError):
        raise NotFoundError("object", path) from None


async def listing(store: ObjectStore, prefix: str) -> list[StoredObject]:
    """List the objects under a prefix, a whole path segment."""
    return [
        StoredObject(found["path"], found["last_modified"])
        async for chunk in obstore.list(store, prefix)
        for found in chunk
    ]


def owner_of(path: str) -> str:
    """Name the user in whose folder an object lies."""
    return path.split("/")[1]


def _folder(user_id: str) -> str:
    return f"{_USERS}/{user_id}"


def _sync(path: Path) -> None:
    for place in (path, path.parent):
        descriptor = os.open(place, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
