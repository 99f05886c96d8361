"""Whose photos these are: the account's sitter of before, or somebody else, who must have agreed.

Compares mean embeddings, without numpy: a bot's process is small and there are few of them. Where the account has had
nobody painted yet there is nothing to compare; the consent text covers the first sitter.
"""

import math
from array import array
from collections.abc import Collection, Sequence

from limner.bots.turn import Turn
from limner.storage.sitters import Sitter

__all__ = ["SAME_PERSON", "SITTER_VERSION", "keep", "stranger"]

SITTER_VERSION = "1"
"""Goes up whenever `sitter-ask` changes its meaning."""

SAME_PERSON = {128: 0.6, 512: 1.2}
"""The distance at which another person begins, by the embedding's width. The engine's own; a test compares."""

UNIT = 512
"""The width of embeddings that are unit vectors, and so is their mean."""


async def stranger(turn: Turn, set_id: str) -> bool:
    """Tell whether a set shows nobody whom the account has had painted before, or said to have agreed."""
    face = await _face(turn, set_id)
    known = _alike(face, await turn.tools.storage.sitters.of_user(turn.user.id))
    return bool(known) and not any(known.values())


async def keep(turn: Turn, set_id: str, version: str | None = None) -> None:
    """Write the sitter of a set down, once; `version` is of the text by which somebody else's consent was given."""
    face = await _face(turn, set_id)
    known = await turn.tools.storage.sitters.of_user(turn.user.id)
    if face is None or any(_alike(face, [one for one in known if one.set_id == set_id]).values()):
        return
    await turn.tools.storage.sitters.keep(turn.user.id, set_id, face.tobytes(), version)


async def _face(turn: Turn, set_id: str) -> "array[float] | None":
    return mean((await turn.tools.storage.photos.embeddings(set_id)).values())


def mean(embeddings: Collection[bytes]) -> "array[float] | None":
    """Return the mean of embeddings (float32 numbers) of the width of the last; None where there is none."""
    read = [array("f", data) for data in embeddings if len(data) // 4 in SAME_PERSON and len(data) % 4 == 0]
    same = [one for one in read if len(one) == len(read[-1])]
    if not same:
        return None
    middle = [sum(numbers) / len(same) for numbers in zip(*same, strict=True)]
    length = math.hypot(*middle) if len(middle) == UNIT else 1.0
    return array("f", [number / max(length, 1e-9) for number in middle])


def _alike(face: "array[float] | None", known: Sequence[Sitter]) -> dict[Sitter, bool]:
    """Say of each sitter with whom a face can be compared whether they are one person."""
    if face is None:
        return {}
    others = {one: array("f", one.embedding) for one in known if len(one.embedding) == 4 * len(face)}
    return {one: math.dist(face, other) < SAME_PERSON[len(face)] for one, other in others.items()}
