"""The second place of the deletion log: one small sealed object for each person who was forgotten.

A backup of the database that is put back brings forgotten people back, keys and all. What lies here outlives that, if
it is kept apart from what is put back, and `Forgetting.reapply` forgets them again. An object is named after the keyed
hash of the user's id. Whoever returns is a new user with a new id, which no object names, so no clock has to tell a
returned person from a restored one.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from obstore.store import ObjectStore

from limner.storage.errors import UnreadableObjectError
from limner.storage.keys import Keys
from limner.storage.objects import get, listing, put

_FOLDER = "deletions"


@dataclass(frozen=True, slots=True)
class Deletion:
    """One line of the deletion log: keyed hashes of user and person, when it was, and counts."""

    user_hash: str
    person_hash: str
    at: datetime
    photos: int
    portraits: int
    face_loras: int
    quota_left: int


class Deletions:
    """Write and read what has been deleted; every call may be repeated."""

    def __init__(self, store: ObjectStore, keys: Keys) -> None:
        self._store = store
        self._keys = keys

    async def write(self, deletion: Deletion) -> None:
        """Write a line down; it is on disk when this returns."""
        path = f"{_FOLDER}/{deletion.user_hash}"
        line = json.dumps(asdict(deletion), default=datetime.isoformat)
        await put(self._store, path, self._keys.seal_line(path, line.encode()))

    async def hashes(self) -> set[str]:
        """List the keyed hashes of everybody who was forgotten."""
        return {found.path.rpartition("/")[2] for found in await listing(self._store, _FOLDER)}

    async def read(self, user_hash: str) -> Deletion | None:
        """Give a line; None where it does not open, being damaged or another master key's."""
        path = f"{_FOLDER}/{user_hash}"
        try:
            line = json.loads(self._keys.unseal_line(path, await get(self._store, path)))
        except UnreadableObjectError:
            return None
        return Deletion(**{**line, "at": datetime.fromisoformat(line["at"])})
