"""What goes wrong at the server.

Exception
├── ApiError            a call is refused; the caller reads status, code and message as JSON
│   └── MisuseError     refused for what no correct bot does; noted in `DiscordServer.problems` as well
├── CutError            the connection ends without an answer, as a test has asked for
├── GatewayError        the gateway closes the connection, with a code
└── PersonError         a test asked a person to do or to see what is not there

Source of the codes: https://docs.discord.com/developers/topics/opcodes-and-status-codes.
"""

from typing import Any

INVALID_FORM = 50035
UNKNOWN = {
    "Channel": 10003,
    "Guild": 10004,
    "Member": 10007,
    "Message": 10008,
    "User": 10013,
    "Webhook": 10015,
    "interaction": 10062,
    "application command": 10063,
    "Guild Scheduled Event": 10070,
}


class ApiError(Exception):
    """A refused call: HTTP status, Discord's code and message, and what else stands in the body or the headers."""

    def __init__(self, status: int, code: int, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.more = more
        self.headers: dict[str, str] = {}

    def body(self) -> dict[str, Any]:
        """Give the body of the answer."""
        return {"message": self.message, "code": self.code} | self.more


class MisuseError(ApiError):
    """A call that no correct bot makes, always a 400; by default an invalid form with the place of the fault."""

    def __init__(self, what: str, path: str = "", kind: str = "BASE_TYPE_BAD", code: int = INVALID_FORM) -> None:
        self.what = f"{path}: {what}" if path else what
        if code != INVALID_FORM:
            super().__init__(400, code, what)
            return
        errors: dict[str, Any] = {"_errors": [{"code": kind, "message": what}]}
        for name in reversed(path.split(".") if path else []):
            errors = {name: errors}
        super().__init__(400, code, "Invalid Form Body", errors=errors)


class CutError(Exception):
    """The connection is closed and nothing is answered."""


class GatewayError(Exception):
    """The gateway closes a connection with this code; see "Gateway Close Event Codes"."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class PersonError(Exception):
    """What a person was asked to press, choose, fill in or see is not there."""


def unknown(what: str) -> ApiError:
    """Make the refusal of a call about something that is not there (any more); `what` is a name in `UNKNOWN`."""
    return ApiError(404, UNKNOWN[what], f"Unknown {what}")


def missing_access() -> ApiError:
    """Make the refusal where the bot does not even see the channel."""
    return ApiError(403, 50001, "Missing Access")


def missing_permissions() -> ApiError:
    """Make the refusal where the bot sees the channel and may not do this in it."""
    return ApiError(403, 50013, "Missing Permissions")


def cannot_dm() -> ApiError:
    """Make the refusal of a direct message to somebody who takes none."""
    return ApiError(403, 50007, "Cannot send messages to this user")


def too_large() -> ApiError:
    """Make the refusal of files above the limit."""
    return ApiError(413, 40005, "Request entity too large")


def invalid_token() -> ApiError:
    """Make the refusal of an interaction's token after its fifteen minutes."""
    return ApiError(401, 50027, "Invalid Webhook Token")


def too_many(retry_after: float, scope: str, code: int = 0, message: str = "You are being rate limited.") -> ApiError:
    """Make the refusal of a call that comes too early; `scope` is user, shared or global, `retry_after` in seconds."""
    refused = ApiError(429, code, message, retry_after=round(retry_after, 3), **{"global": scope == "global"})
    refused.headers = {"Retry-After": f"{max(1, round(retry_after))}", "X-RateLimit-Scope": scope}
    if scope == "global":
        refused.headers["X-RateLimit-Global"] = "true"
    return refused
