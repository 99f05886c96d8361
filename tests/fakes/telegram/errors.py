"""What goes wrong at the server.

Exception
├── ApiError            a call is refused; the caller reads code, description and parameters as JSON
│   └── MisuseError     refused for what no correct bot does; noted in `TelegramServer.problems` as well
├── CutError            the connection ends without an answer, as a test has asked for
└── PersonError         a test asked a person to do or to see what is not there
"""

from typing import Any


class ApiError(Exception):
    """A refused call: HTTP status, description and, for some, `retry_after` or `migrate_to_chat_id`."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def answer(self) -> dict[str, Any]:
        """Give the body of the answer."""
        body = {"ok": False, "error_code": self.code, "description": self.description}
        return body | ({"parameters": self.parameters} if self.parameters else {})


class MisuseError(ApiError):
    """A call that no correct bot makes, always a 400 that begins with "Bad Request"."""

    def __init__(self, what: str) -> None:
        super().__init__(400, f"Bad Request: {what}")


class CutError(Exception):
    """The connection is closed and nothing is answered."""


class PersonError(Exception):
    """What a person was asked to press, pay or see is not there."""


def bad_request(what: str, **parameters: int) -> ApiError:
    """Make the refusal of a call that a correct bot may well make, since chats and messages change."""
    return ApiError(400, f"Bad Request: {what}", **parameters)


def too_many(retry_after: int) -> ApiError:
    """Make the refusal of a call that comes too early; `retry_after` in seconds."""
    return ApiError(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)
