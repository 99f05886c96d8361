"""The server: answers calls over HTTP, lets tests make persons, groups and faults, and remembers every call.

Leaving the context raises AssertionError while `problems` is not empty: what no correct bot does fails the test that
saw it. A test that provokes such a thing looks at the list and clears it.
"""

import asyncio
from contextlib import suppress
from typing import Self

from aiohttp import web

from limner.tests.fakes.telegram.calls import Call, most_within
from limner.tests.fakes.telegram.chats import Chat, User
from limner.tests.fakes.telegram.endpoint import make_app
from limner.tests.fakes.telegram.faults import Fault, When, refusal
from limner.tests.fakes.telegram.people import NEVER_STARTED, Group, Person, migrate
from limner.tests.fakes.telegram.sending import half_sent
from limner.tests.fakes.telegram.webhook import push_updates
from limner.tests.fakes.telegram.world import BOT_ID, World

TOKEN = f"{BOT_ID}:AAE-a_token_of_the_tests"


class TelegramServer:
    """A Bot API server on this machine, for one bot. `world` is its whole state."""

    def __init__(
        self, token: str = TOKEN, *, username: str = "limner_bot", strict_rates: bool = False, port: int = 0
    ) -> None:
        self.token = token
        self.world = World(token, User(int(token.partition(":")[0]), "limner", username, is_bot=True))
        self.world.rates.strict = strict_rates
        self._port = port
        self._runner: web.AppRunner | None = None
        self._pushing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        # A test is over when it is over: nobody waits for a long poll that is still open.
        self._runner = web.AppRunner(make_app(self.world), access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        self._pushing = asyncio.create_task(push_updates(self.world), name="webhook")
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._pushing is not None:
            self._pushing.cancel()
            with suppress(asyncio.CancelledError):
                await self._pushing
        if self._runner is not None:
            await self._runner.cleanup()
        if kind is None and self.problems:
            raise AssertionError("The bot did what no correct bot does:\n" + "\n".join(self.problems))

    @property
    def api_base(self) -> str:
        """What the token is appended to for calls."""
        return f"http://127.0.0.1:{self._port}/bot"

    @property
    def file_base(self) -> str:
        """What the token is appended to for downloads."""
        return f"http://127.0.0.1:{self._port}/file/bot"

    @property
    def strict_rates(self) -> bool:
        """Whether calls above the rates are refused with 429; they are recorded in any case."""
        return self.world.rates.strict

    @strict_rates.setter
    def strict_rates(self, strict: bool) -> None:
        self.world.rates.strict = strict

    @property
    def query_timeout_s(self) -> float:
        """How old a callback query may be when it is answered."""
        return self.world.query_timeout_s

    @query_timeout_s.setter
    def query_timeout_s(self, seconds: float) -> None:
        self.world.query_timeout_s = seconds

    @property
    def calls(self) -> list[Call]:
        """All calls so far, downloads included."""
        return self.world.calls

    @property
    def problems(self) -> list[str]:
        """What the bot did that no correct bot does."""
        return self.world.problems

    @property
    def unanswered(self) -> list[str]:
        """The ids of the presses and payments to which the bot has not answered."""
        return [question.id for question in self.world.questions.values() if question.answer is None]

    def calls_of(self, method: str, chat_id: int | None = None) -> list[Call]:
        """List the calls of a method, to a chat or to all."""
        return [call for call in self.calls if call.method == method and chat_id in {None, call.chat_id}]

    def worst_rate(self, chat_id: int | None = None, window_s: float = 1.0) -> int:
        """Return the most messages, sent and edited, within any window: to a chat, or in all."""
        counted = [call for call in self.calls if chat_id in {None, call.chat_id}]
        return most_within([call.at for call in counted for _ in range(call.messages)], window_s)

    def person(
        self,
        id: int = 1001,  # noqa: A002  (what the Bot API calls it)
        *,
        first_name: str = "Ann",
        username: str | None = None,
        language: str | None = "en",
        started: bool = True,
    ) -> Person:
        """Give a person, the same one for the same id. Who never started the bot cannot be written to."""
        user = self.world.people.setdefault(id, User(id, first_name, username, language))
        closed = None if started else NEVER_STARTED
        chat = self.world.chats.setdefault(id, Chat(id, "private", first_name, username, closed=closed))
        return Person(self.world, user, chat)

    def group(
        self,
        id: int = -1001000000001,  # noqa: A002  (the same)
        *,
        title: str = "Friends",
        topics: dict[int, str] | None = None,
        privacy: bool = True,
    ) -> Group:
        """Give a group that the bot is in: a supergroup when its id begins with -100, a forum when it has topics."""
        kind = "supergroup" if str(id).startswith("-100") else "group"
        chat = Chat(id, "supergroup" if kind == "supergroup" else "group", title, topics=topics or {}, privacy=privacy)
        return Group(self.world, self.world.chats.setdefault(id, chat))

    def migrate_chat(self, old_id: int, new_id: int) -> Group:
        """Make a supergroup of a group; calls to the old id are told the new one."""
        return Group(self.world, migrate(self.world, self.world.chats[old_id], new_id))

    def fail_next(
        self,
        method: str,
        *,
        chat_id: int | None = None,
        status: int = 429,
        retry_after: int = 3,
        description: str | None = None,
        times: int = 1,
    ) -> None:
        """Refuse the next calls of a method (`*`: of any) with a status, without an effect."""
        fault = Fault(method, chat_id, times, refusal=refusal(status, retry_after, description))
        self.world.faults.add(fault)

    def cut_next(self, method: str, when: When = "before", *, chat_id: int | None = None, times: int = 1) -> None:
        """Close the connection of the next calls, before or after they took effect."""
        self.world.faults.add(Fault(method, chat_id, times, cut=when))

    def hold_next(self, method: str, seconds: float, *, chat_id: int | None = None, times: int = 1) -> None:
        """Let the next calls wait before they take effect."""
        self.world.faults.add(Fault(method, chat_id, times, hold_s=seconds))

    def half_send_next(self, items: int = 1, *, chat_id: int | None = None, cut: bool = False) -> None:
        """Show only the first items of the next album, and refuse it then or close the connection."""
        fault = Fault("sendMediaGroup", chat_id, 1, items=items)
        fault.cut, fault.refusal = ("after", None) if cut else (None, half_sent(items))
        self.world.faults.add(fault)

    def clear_faults(self) -> None:
        """Let nothing fail any more."""
        self.world.faults.clear()

    def repeat_update(self, update_id: int | None = None) -> None:
        """Deliver an update once more, by default the newest, whether or not it was confirmed."""
        self.world.updates.repeat(update_id if update_id is not None else max(self.world.updates.sent))
