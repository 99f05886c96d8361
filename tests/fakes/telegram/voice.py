"""What a person does in one chat: write, send photos, press, pay, wait for what appears.

What is done becomes an update for the bot, where the bot may hear it.
"""

import asyncio
import re
import secrets
import time
from collections.abc import Callable, Sequence

from limner.tests.fakes.telegram.chats import Chat, Json, User
from limner.tests.fakes.telegram.errors import PersonError
from limner.tests.fakes.telegram.files import Upload
from limner.tests.fakes.telegram.html import units
from limner.tests.fakes.telegram.pressing import Press, pay, press
from limner.tests.fakes.telegram.seen import Seen, look, said
from limner.tests.fakes.telegram.world import World

# Generous, since machines that run tests are busy; what is awaited mostly comes at once.
PATIENCE_S = 10.0
_MARKED = re.compile(r"(?<!\S)/\w{1,32}(?:@\w+)?|(?<!\w)@\w{5,32}")


class Voice:
    """A person in a chat; in a forum, in one of its topics."""

    def __init__(self, world: World, user: User, chat: Chat, thread: int | None = None) -> None:
        self.world = world
        self.user = user
        self.chat = chat
        self.thread = thread

    @property
    def messages(self) -> list[Seen]:
        """Everything that is in the chat now, oldest first."""
        return look(self.chat, self.world.files)

    async def send(self, text: str, *, reply_to: int | None = None) -> int:
        """Write a text; return its message id, as all that follow do."""
        return self.say({"text": text} | _marks("entities", text), reply_to)

    async def photo(self, data: bytes, caption: str = "", *, forwarded_from: str | None = None) -> int:
        """Send a photo, which arrives in several sizes of at most 1280 pixels."""
        return self.say(self._photo(data) | _caption(caption) | _origin(forwarded_from))

    async def document(
        self, data: bytes, name: str, mime: str = "image/jpeg", caption: str = "", *, forwarded_from: str | None = None
    ) -> int:
        """Send a file as it is."""
        return self.say(self._file(data, name, mime) | _caption(caption) | _origin(forwarded_from))

    async def album(
        self,
        photos: Sequence[bytes],
        apart_s: float = 0.0,
        caption: str = "",
        *,
        as_files: bool = False,
        forwarded_from: str | None = None,
    ) -> list[int]:
        """Send photos as one album, its members some seconds apart; the first has the caption."""
        common, sent = {"media_group_id": str(secrets.randbits(53))} | _origin(forwarded_from), []
        for number, data in enumerate(photos):
            if number:
                await asyncio.sleep(apart_s)
            content = self._file(data, f"IMG_{number}.jpg") if as_files else self._photo(data)
            sent.append(self.say(content | common | (_caption(caption) if number == 0 else {})))
        return sent

    async def forward(self, message_id: int) -> int:
        """Send a message of this chat once more, as forwarding does: its files are the same."""
        message = self.chat.messages[message_id]
        kept = {name: message[name] for name in ("text", "photo", "document", "caption") if name in message}
        return self.say(kept | _origin(message["from"]["first_name"]))

    async def edit(self, message_id: int, text: str) -> None:
        """Write a message of one's own anew."""
        message = self.chat.messages[message_id]
        message |= {"text": text, "edit_date": int(time.time())} | _marks("entities", text)
        self._tell("edited_message", message)
        self.chat.changed.fire()

    async def press(self, text: str, *, message_id: int | None = None) -> Press:
        """Press the button that says this (else one that contains it) below the newest message that has one."""
        return press(self.world, self.user, self.chat, self._with_button(text, message_id), text)

    def link(self, text: str) -> str:
        """Return where a button leads to."""
        button = self._with_button(text, None).button(text)
        if button is None or button.url is None:
            raise PersonError(f"The button {text!r} leads nowhere.")
        return button.url

    async def pay(self, message_id: int | None = None) -> str:
        """Pay an invoice, by default the newest; return the charge id. Raises PersonError if the bot refuses it."""
        invoices = [seen for seen in self.messages if "invoice" in seen.raw and message_id in {None, seen.message_id}]
        if not invoices:
            raise PersonError("There is no invoice to pay.")
        return await pay(self.world, self.user, self.chat, invoices[-1].raw)

    async def until(
        self, reached: Callable[[list[Seen]], bool], timeout_s: float = PATIENCE_S, what: str = "what was awaited"
    ) -> list[Seen]:
        """Wait until the chat is as it should be; return it. Raises PersonError with what is seen instead."""
        try:
            async with asyncio.timeout(timeout_s):
                while not reached(self.messages):
                    await self.chat.changed.wait()
        except TimeoutError:
            lines = "\n".join(f"{seen.message_id}: {seen.text!r} {seen.buttons}" for seen in self.messages[-10:])
            raise PersonError(f"Within {timeout_s:g} s {what} did not come. There is:\n{lines}") from None
        return self.messages

    async def wait(
        self, wanted: str | Callable[[Seen], bool], timeout_s: float = PATIENCE_S, *, after: int = 0
    ) -> Seen:
        """Wait for a message (of the bot, when words are given that it contains) with an id above `after`."""

        def fits(seen: Seen) -> bool:
            right = seen.from_bot and wanted in seen.text if isinstance(wanted, str) else wanted(seen)
            return right and seen.message_id > after

        messages = await self.until(lambda messages: any(map(fits, messages)), timeout_s, f"the message {wanted!r}")
        return [seen for seen in messages if fits(seen)][-1]

    def say(self, content: Json, reply_to: int | None = None) -> int:
        """Send any content of the Bot API's Message, such as `{"dice": …}`; return the message id."""
        self._check_able()
        place: Json = {"message_thread_id": self.thread, "is_topic_message": True} if self.thread is not None else {}
        reply: Json = {"reply_to_message": dict(self.chat.messages[reply_to])} if reply_to is not None else {}
        message = self.chat.add(self.user, content | place | reply)
        self._tell("message", message)
        return int(message["message_id"])

    def _photo(self, data: bytes) -> Json:
        return {"photo": self.world.files.photo(data)}

    def _file(self, data: bytes, name: str, mime: str = "image/jpeg") -> Json:
        return {"document": self.world.files.document(Upload(name, data, mime))}

    def _check_able(self) -> None:
        if self.chat.migrated_to is not None:
            raise PersonError("The group has moved; join the new one.")

    def _tell(self, kind: str, message: Json) -> None:
        if self.chat.closed is None and self._heard(message):
            self.world.updates.push(kind, message)

    def _heard(self, message: Json) -> bool:
        if self.chat.kind == "private" or not self.chat.privacy:
            return True
        text, name = said(message), f"@{self.world.me.username}"
        command = re.match(r"/\w+(@\w+)?", message.get("text", ""))
        replied = message.get("reply_to_message", {}).get("from", {}).get("id")
        return bool(command and command[1] in {None, name}) or name in text or replied == self.world.me.id

    def _with_button(self, text: str, message_id: int | None) -> Seen:
        for seen in reversed(self.messages):
            if message_id in {None, seen.message_id} and seen.button(text):
                return seen
        shown = [seen.buttons for seen in self.messages if seen.buttons]
        raise PersonError(f"There is no button {text!r}. There are {shown}.")


def _marks(name: str, text: str) -> Json:
    marks = [
        {
            "type": "bot_command" if found[0].startswith("/") else "mention",
            "offset": units(text[: found.start()]),
            "length": units(found[0]),
        }
        for found in _MARKED.finditer(text)
    ]
    return {name: marks} if marks else {}


def _caption(caption: str) -> Json:
    return {"caption": caption} | _marks("caption_entities", caption) if caption else {}


def _origin(name: str | None) -> Json:
    if name is None:
        return {}
    return {"forward_origin": {"type": "hidden_user", "date": int(time.time()) - 60, "sender_user_name": name}}
