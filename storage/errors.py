"""What can go wrong in storage, as one tree.

StorageError
├── NotFoundError           there is no such thing, or it belongs to somebody else (the two look alike on purpose)
├── DuplicatePhotoError     this photo is in the set already
├── SetClosedError          the set's originals are gone, so it takes no more photos
├── QuotaExceededError      more was asked for than the sitter has left
├── AlreadyRefundedError    this payment was returned before
├── EventOpenError          the community has an event that has not ended
├── EventClosedError        the event takes nobody any more
├── EventFullError          as many take part in the event as may
└── UnreadableObjectError   an object does not open: altered, moved, or another master key
"""

from datetime import datetime


class StorageError(Exception):
    """Be the root of everything that storage raises by itself."""


class NotFoundError(StorageError):
    """Say that nothing of this kind has this id for the one who asks."""

    def __init__(self, kind: str, thing_id: str) -> None:
        super().__init__(f"There is no {kind} {thing_id!r} here.")
        self.kind = kind
        self.thing_id = thing_id


class DuplicatePhotoError(StorageError):
    """Say that the set holds the same photo already, as `photo_id`."""

    def __init__(self, photo_id: str) -> None:
        super().__init__(f"This set holds the same photo already, as {photo_id!r}.")
        self.photo_id = photo_id


class SetClosedError(StorageError):
    """Say that the set takes no more photos; `open_set` makes the next one."""

    def __init__(self, set_id: str) -> None:
        super().__init__(f"The set {set_id!r} is closed and takes no more photos.")
        self.set_id = set_id


class QuotaExceededError(StorageError):
    """Say that only `available` portraits are left; `resets_at` is None while no quota renews itself."""

    def __init__(self, asked: int, available: int, resets_at: datetime | None = None) -> None:
        super().__init__(f"{asked} portraits were asked for and {available} are left.")
        self.asked = asked
        self.available = available
        self.resets_at = resets_at


class AlreadyRefundedError(StorageError):
    """Say that the payment of this charge was returned before, at `refunded_at`."""

    def __init__(self, charge_id: str, refunded_at: datetime | None) -> None:
        super().__init__(f"The payment {charge_id!r} was refunded before, at {refunded_at}.")
        self.charge_id = charge_id
        self.refunded_at = refunded_at


class EventOpenError(StorageError):
    """Say that a community has an event already that has not ended."""

    def __init__(self, community_id: str) -> None:
        super().__init__(f"The community {community_id!r} has an event that has not ended. End that one first.")
        self.community_id = community_id


class EventClosedError(StorageError):
    """Say that an event takes nobody any more."""

    def __init__(self, event_id: str) -> None:
        super().__init__(f"The event {event_id!r} takes nobody any more.")
        self.event_id = event_id


class EventFullError(StorageError):
    """Say that `most` take part in an event, which is as many as may."""

    def __init__(self, event_id: str, most: int) -> None:
        super().__init__(f"The event {event_id!r} has its {most} members already.")
        self.event_id = event_id
        self.most = most


class UnreadableObjectError(StorageError):
    """Say that the object at `path` did not open with its owner's key."""

    def __init__(self, path: str) -> None:
        super().__init__(f"The object {path!r} does not open: it was altered or moved, or the master key is another.")
        self.path = path
