"""Telegram's numbers: what one message may hold, and how fast a bot may speak.

From https://core.telegram.org/bots/api and https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this.
The rates are kept a little below what is written there: what leaves here a second apart may arrive closer together.
"""

from dataclasses import dataclass

__all__ = [
    "ALBUM",
    "CALLBACK_BYTES",
    "CAPTION",
    "CHAT_BURST",
    "CHAT_PAUSE_S",
    "DOWNLOAD_BYTES",
    "EVERYBODY",
    "LEAST_ALBUM",
    "PHOTO_BYTES",
    "POSITIONS",
    "TEXT",
    "Window",
    "edit_pause",
    "windows",
    "worth_telling",
]

DOWNLOAD_BYTES = 20 * 2**20
PHOTO_BYTES = 10 * 2**20
ALBUM = 10
LEAST_ALBUM = 2
TEXT = 4096
CAPTION = 1024
CALLBACK_BYTES = 64

POSITIONS = frozenset({1, 2, 3, 4, 5, 6, 7, 9, 11, 14, 18, 23, 29, 36, 45})
"""The places in the queue that are worth an edit: the nearer, the finer. Beyond them a fifth more each."""


@dataclass(frozen=True, slots=True)
class Window:
    """At most `count` messages within any `seconds`; every picture of an album is one."""

    count: int
    seconds: float


EVERYBODY = Window(29, 1.0)
GROUP = Window(19, 60.0)

CHAT_PAUSE_S = 1.05
CHAT_BURST = 3
"""In one chat a message a second, an album being one; a burst of three is fine after a rest."""


def windows(chat_id: int) -> tuple[Window, ...]:
    """Return what holds for a chat besides the pause: groups have negative ids."""
    return (GROUP,) if chat_id < 0 else ()


def edit_pause(chat_id: int) -> float:
    """Return how many seconds lie at least between two edits that only show progress."""
    return 15.0 if chat_id < 0 else 5.0


def worth_telling(position: int) -> bool:
    """Say whether a place in the queue is worth an edit."""
    if position <= max(POSITIONS):
        return position in POSITIONS
    return position % (position // 5) == 0
