"""Everything that the server knows, and what a method is given to do its work."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from limner.tests.fakes.telegram.calls import Call, Rates
from limner.tests.fakes.telegram.chats import Chat, Json, Signal, User
from limner.tests.fakes.telegram.errors import bad_request
from limner.tests.fakes.telegram.faults import Fault, Faults
from limner.tests.fakes.telegram.files import FileStore, Upload
from limner.tests.fakes.telegram.updates import Updates

BOT_ID = 42


@dataclass(slots=True, eq=False)
class Question:
    """A callback or pre-checkout query: when it was put, and the parameters of the answer once there is one."""

    id: str
    asked_at: float = field(default_factory=time.monotonic)
    answer: Json | None = None
    answered_at: float | None = None


@dataclass(slots=True)
class Payment:
    """Stars that a person has paid."""

    charge_id: str
    user_id: int
    chat_id: int
    amount: int
    payload: str
    refunded: bool = False


@dataclass(slots=True)
class Webhook:
    """Where updates are pushed to."""

    url: str = ""
    secret: str | None = None
    last_error: str | None = None


@dataclass(slots=True, eq=False)
class World:
    """The state behind one bot's token."""

    token: str
    me: User
    people: dict[int, User] = field(default_factory=dict)
    chats: dict[int, Chat] = field(default_factory=dict)
    files: FileStore = field(default_factory=FileStore)
    updates: Updates = field(default_factory=Updates)
    rates: Rates = field(default_factory=Rates)
    faults: Faults = field(default_factory=Faults)
    calls: list[Call] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    questions: dict[str, Question] = field(default_factory=dict)
    answered: Signal = field(default_factory=Signal)
    invoices: dict[tuple[int, int], str] = field(default_factory=dict)
    """Payloads of invoices, which no person sees, by chat and message."""
    payments: dict[str, Payment] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[Json]] = field(default_factory=dict)
    webhook: Webhook = field(default_factory=Webhook)
    query_timeout_s: float = 15.0
    checkout_timeout_s: float = 10.0
    """The same for a pre-checkout query; Telegram's own figure."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One call of a method: its parameters, its files, and the world that it changes."""

    world: World
    call: Call
    values: Json
    uploads: Mapping[str, Upload]
    fault: Fault

    def get(self, name: str, default: Any = None) -> Any:
        """Return a parameter."""
        return self.values.get(name, default)

    def chat(self) -> Chat:
        """Find the chat that is named, by its id or by @username. Raises ApiError."""
        wanted = str(self.get("chat_id", ""))
        for chat in self.world.chats.values() if wanted.startswith("@") else ():
            if chat.username == wanted[1:]:
                return chat
        number = int(wanted) if wanted.lstrip("-").isdigit() else 0
        if number not in self.world.chats:
            raise bad_request("chat not found")
        return self.world.chats[number]

    def open_chat(self) -> Chat:
        """Find the chat that is named and check that the bot may write there. Raises ApiError."""
        chat = self.chat()
        chat.check_writable()
        return chat

    def spend(self, chat: Chat, messages: int = 1) -> None:
        """Count messages to a chat. Raises ApiError where they are too many."""
        self.world.rates.count(chat.id, messages, time.monotonic(), group=chat.kind != "private")
        self.call.messages = messages
