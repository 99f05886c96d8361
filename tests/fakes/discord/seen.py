"""A channel as a person sees it: messages with their files, buttons and selects, edits applied, deleted ones gone."""

from dataclasses import dataclass

from limner.tests.fakes.discord.components import BUTTON, SELECTS, WORDS, walk
from limner.tests.fakes.discord.files import Upload
from limner.tests.fakes.discord.places import LOADING, Channel, Json, Message, User
from limner.tests.fakes.discord.world import World


@dataclass(frozen=True, slots=True)
class Seen:
    """One message on the screen. `text` is its content, or the texts of its newer components."""

    message_id: int
    from_bot: bool
    text: str
    files: tuple[Upload, ...]
    components: tuple[Json, ...]
    """All of them, also those that stand in others."""
    embeds: tuple[Json, ...]
    ephemeral: bool
    loading: bool
    """Shown as "thinking": an answer that was put off and did not come yet."""
    edited: bool
    reply_to: int | None
    raw: Message

    @property
    def buttons(self) -> list[str]:
        """Name all buttons, by their words or their emoji."""
        return [said(part) for part in self.components if part["type"] == BUTTON]

    def button(self, text: str) -> Json | None:
        """Find the button that says this, else the first that contains it."""
        all_buttons = [part for part in self.components if part["type"] == BUTTON]
        exact = [part for part in all_buttons if said(part) == text]
        return next(iter(exact + [part for part in all_buttons if text in said(part)]), None)

    def select(self, custom_id: str | None = None) -> Json | None:
        """Find the select with a custom_id, or the first."""
        found = (part for part in self.components if part["type"] in SELECTS)
        return next((part for part in found if custom_id in {None, part["custom_id"]}), None)


def said(button: Json) -> str:
    """Return the words of a button, or its emoji."""
    return str(button.get("label") or (button.get("emoji") or {}).get("name") or "")


def look(world: World, channel: Channel, user: User | None = None) -> list[Seen]:
    """Return the messages of a channel, oldest first; with those that only one user sees if it is that user."""
    eyes = {None, user.id} if user else {None}
    return [see(world, message) for message in channel.messages.values() if message.only_for in eyes]


def see(world: World, message: Message) -> Seen:
    """Look at one message."""
    parts = tuple(walk(message.components))
    texts = [message.content] if message.content else [part["content"] for part in parts if part["type"] == WORDS]
    stored = [world.files.get(id_) for id_ in message.files]
    return Seen(
        message_id=message.id,
        from_bot=message.author.bot,
        text="\n".join(texts),
        files=tuple(Upload(file.name, file.data) for file in stored),
        components=parts,
        embeds=tuple(message.embeds),
        ephemeral=message.only_for is not None,
        loading=bool(message.flags & LOADING),
        edited=message.edited_at is not None,
        reply_to=message.reference.id if message.reference else None,
        raw=message,
    )
