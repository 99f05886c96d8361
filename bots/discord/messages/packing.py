"""Files put into messages: ten in each at most, and no more bytes than the place takes."""

from collections.abc import Sequence

from limner.bots.discord.limits import FILES

__all__ = ["packed", "split"]


def packed(sizes: Sequence[int], limit: int) -> tuple[list[list[int]], list[int]]:
    """Cut files, named by their place in `sizes`, into messages in their order; return those and what fits into none.

    Whatever the sizes: no file is in two messages, and none is left out of both lists.
    """
    messages: list[list[int]] = []
    room = 0
    too_large = [n for n, size in enumerate(sizes) if size > limit]
    for n, size in enumerate(sizes):
        if size > limit:
            continue
        if not messages or len(messages[-1]) == FILES or size > room:
            messages.append([])
            room = limit
        messages[-1].append(n)
        room -= size
    return messages, too_large


def split(count: int) -> tuple[range, range]:
    """Halve what was too large together."""
    return range(count // 2), range(count // 2, count)
