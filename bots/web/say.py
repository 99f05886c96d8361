"""A page's events, spoken to the conversation."""

from collections.abc import Mapping
from typing import Any

import msgspec

from limner.bots import events
from limner.bots.errors import BadEventError

__all__ = ["event_of"]

# What a page may say. Photos come as uploads, and news comes from the queue alone.
SAYABLE: dict[str, type[events.Event]] = {
    "started": events.Started,
    "consent-given": events.ConsentGiven,
    "photo-removed": events.PhotoRemoved,
    "photos-cleared": events.PhotosCleared,
    "photos-done": events.PhotosDone,
    "photos-more-asked": events.PhotosMoreAsked,
    "sitter-agreed": events.SitterAgreed,
    "sitter-denied": events.SitterDenied,
    "styles-asked": events.StylesAsked,
    "style-chosen": events.StyleChosen,
    "again-asked": events.AgainAsked,
    "cancel-asked": events.CancelAsked,
    "quota-asked": events.QuotaAsked,
    "status-asked": events.StatusAsked,
    "forget-asked": events.ForgetAsked,
    "forget-confirmed": events.ForgetConfirmed,
}


def event_of(body: bytes) -> events.Event:
    """Read ``{"event": "style-chosen", "style": "comic"}``; raise BadEventError for anything else."""
    try:
        said = msgspec.json.decode(body, type=dict[str, Any])
        kind = SAYABLE[str(said.pop("event", ""))]
        event: events.Event = msgspec.convert(_only_text(said), kind)
    except KeyError as error:
        raise BadEventError(f"There is no event {error}.") from error
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise BadEventError(f"This is no event: {error}.") from error
    return event


def _only_text(said: Mapping[str, Any]) -> dict[str, str]:
    """Pass on short texts only: every field of a page's events is an id or a name."""
    if any(not isinstance(value, str) or len(value) > 100 for value in said.values()):
        raise BadEventError("An event's fields are short texts.")
    return dict(said)
