"""How long Telegram asks us to wait."""

from datetime import timedelta

from telegram.error import RetryAfter

__all__ = ["seconds_of"]


def seconds_of(error: RetryAfter) -> float:
    """Return the seconds of a flood error: the library gives a number or, by its settings, a timedelta."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
