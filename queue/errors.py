"""What can go wrong between a bot and the engine.

QueueError
├── BadMessageError             what arrived is not one of our messages
├── EngineDiedError             the engine's process ended, or fell silent, in the middle of a call
│   └── EngineStuckError        it lived, but its call did not come on
├── EngineRefusedError          the engine answered that it cannot do this, and why
├── LeaseLostError              another worker has this job now; nothing may be written
└── EmbeddedServerError         the embedded Valkey server does not start, answer or stop
"""


class QueueError(Exception):
    """The root of this folder's errors."""


class BadMessageError(QueueError):
    """What arrived is not one of our messages."""


class EngineDiedError(QueueError):
    """The engine's process ended, or was ended, in the middle of a call.

    `exit_status` is what the process left behind: negative for a signal.
    """

    def __init__(self, why: str, exit_status: int) -> None:
        super().__init__(f"The engine {why} (exit status {exit_status}).")
        self.exit_status = exit_status


class EngineStuckError(EngineDiedError):
    """A call did not come on for longer than its caller bears; the process was ended."""


class EngineRefusedError(QueueError):
    """The engine answered with an error of its own; asking again would bring the same answer.

    `reason` is one of `limner.queue.messages.FAILURES`.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(f"The engine refused ({reason}): {message}")
        self.reason = reason


class LeaseLostError(QueueError):
    """Another worker has taken this job."""

    def __init__(self, job_id: str) -> None:
        super().__init__(f"The lease on job {job_id} belongs to another worker now.")
        self.job_id = job_id


class EmbeddedServerError(QueueError):
    """The embedded Valkey server does not start, answer or stop."""
