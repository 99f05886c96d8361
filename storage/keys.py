"""Data keys: one for each person, wrapped by the master key, destroyed first when the person asks to be forgotten.

AES-256-GCM throughout (NIST SP 800-38D): 96-bit random nonce, 128-bit tag. What is sealed is bound to its place by
the additional data: an object to its path, a data key to its owner. The database backups of an operator hold wrapped
keys too: with the master key a forgotten person's can be opened until those backups have passed. `deletions` sees to it
that a backup which is put back forgets them again.
"""

import hashlib
import hmac
import os

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from limner.storage.database import Clock, Connection, Database
from limner.storage.errors import NotFoundError, UnreadableObjectError
from limner.storage.schema import data_keys

KEY_BYTES = 32
_NONCE_BYTES = 12
_FORMAT = b"\x01"  # first byte of everything sealed, so that another cipher can follow one day


def seal(key: bytes, place: str, data: bytes) -> bytes:
    """Encrypt `data` so that it opens only with `key` and only at `place`."""
    nonce = os.urandom(_NONCE_BYTES)
    return _FORMAT + nonce + AESGCM(key).encrypt(nonce, data, _FORMAT + place.encode())


def unseal(key: bytes, place: str, sealed: bytes) -> bytes:
    """Decrypt what `seal` made.

    Raises UnreadableObjectError when key or place are others, or a single bit was changed.
    """
    nonce, body = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    if sealed[:1] != _FORMAT or len(nonce) < _NONCE_BYTES:
        raise UnreadableObjectError(place)
    try:
        return AESGCM(key).decrypt(nonce, body, _FORMAT + place.encode())
    except InvalidTag:
        raise UnreadableObjectError(place) from None


class Keys:
    """Keep the data keys; plain ones live only as long as one call."""

    def __init__(self, database: Database, master_key: bytes, clock: Clock) -> None:
        if len(master_key) != KEY_BYTES:
            raise ValueError(f"The master key has {len(master_key)} bytes; it needs {KEY_BYTES}.")
        self._database = database
        self._master = master_key
        self._log_key = hmac.digest(master_key, b"limner deletion log", hashlib.sha256)
        self._line_key = hmac.digest(master_key, b"limner deletion log in objects", hashlib.sha256)
        self._clock = clock

    async def create(self, connection: Connection, user_id: str) -> None:
        """Make a person's data key, in the transaction that makes the person."""
        wrapped = seal(self._master, _place(user_id), os.urandom(KEY_BYTES))
        row = {"user_id": user_id, "wrapped": wrapped, "created_at": self._clock()}
        await connection.execute(data_keys.insert().values(row))

    async def of(self, user_id: str) -> bytes:
        """Give a person's data key; NotFoundError once it is destroyed."""
        query = sa.select(data_keys.c.wrapped).where(data_keys.c.user_id == user_id)
        async with self._database.read() as connection:
            wrapped = (await connection.execute(query)).scalar_one_or_none()
        if wrapped is None:
            raise NotFoundError("data key of", user_id)
        return unseal(self._master, _place(user_id), wrapped)

    async def destroy(self, connection: Connection, user_id: str) -> bool:
        """Delete a person's data key; tell whether there was one."""
        done = await connection.execute(data_keys.delete().where(data_keys.c.user_id == user_id))
        return done.rowcount == 1

    def fingerprint(self, text: str) -> str:
        """Hash an identity for the deletion log: HMAC-SHA256, since platform ids are few enough to try them all."""
        return hmac.digest(self._log_key, text.encode(), hashlib.sha256).hex()

    def seal_line(self, path: str, line: bytes) -> bytes:
        """Encrypt a line of the deletion log for its place among the objects."""
        return seal(self._line_key, path, line)

    def unseal_line(self, path: str, sealed: bytes) -> bytes:
        """Decrypt what `seal_line` made; UnreadableObjectError where it was altered or the master key is another."""
        return unseal(self._line_key, path, sealed)


def _place(user_id: str) -> str:
    return f"data-key/{user_id}"
