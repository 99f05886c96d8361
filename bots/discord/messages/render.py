"""Replies as Discord wants them: one message with its buttons. Sends nothing and reads nothing.

However many replies an answer has, it becomes one message: the answer to an interaction is written by replacing its
own message, which may be done again by a process that takes over.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from discord.utils import escape_markdown

from limner.bots import event_phrases
from limner.bots import replies as r
from limner.bots.discord.limits import FILES, TEXT
from limner.bots.discord.messages import event_buttons
from limner.bots.discord.messages.buttons import Buttons
from limner.bots.discord.messages.outgoing import Controls, File, Outgoing
from limner.bots.phrases import Phrases
from limner.storage.users import User

__all__ = ["Refused", "Renderer", "cut"]

BAR = 10

OWN = {
    "consent-thanks": "discord-begin",
    "not-now-collecting": "discord-begin",
    "photos-ask": "discord-begin",
    "photos-checking": "discord-wait",
    "photos-too-few": "discord-too-few",
}
"""Sentences that name a way which there is not here: photos come with a command or a form, and no button ends a set."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A photo that cannot be used: what its file is called, why, and a small picture of it where there is one."""

    name: str
    reason: str
    thumbnail: bytes | None = None


class Renderer:
    """Renders in one language for one person."""

    def __init__(self, phrases: Phrases, user: User) -> None:
        self.phrases = phrases
        self.say = phrases.words.say
        self._user = user
        self.buttons = Buttons(self.say, user.platform_id)
        self._table: dict[type, Callable[[Any], Outgoing | None]] = {
            r.Said: lambda said: self.text(said.text, said.args),
            r.ConsentAsked: self._consent,
            r.SitterAsked: lambda asked: self.text("sitter-ask", controls=self.buttons.sitter(asked.set_id)),
            r.StylesShown: lambda _: self.styles(0),
            r.PhotosShown: lambda shown: Outgoing(self.count(shown.count)),
            r.RequestAccepted: self.accepted,
            r.RequestEnded: self.ended,
            r.QuotaShown: lambda shown: Outgoing(phrases.quota(shown.balance)),
            r.QuotaShort: lambda short: Outgoing(phrases.short(short)),
            r.ForgetQuestion: lambda _: self.text("forget-ask", controls=self.buttons.forget()),
            r.Forgotten: lambda receipt: Outgoing(phrases.receipt(receipt)),
            r.StatusShown: self._status,
            r.EventShown: self.event,
        }

    def text(self, text: str, args: r.TextArgs | None = None, *, controls: Controls = ()) -> Outgoing:
        """Render the words of one text."""
        return Outgoing(cut(self.say(OWN.get(text, text), {**self.phrases.limits, **(args or {})})), controls)

    def answer(self, replies: Iterable[r.Reply]) -> Outgoing:
        """Render replies as one message: their sentences in order, and the last buttons among them."""
        rendered = [self._table[type(one)](one) for one in replies if type(one) in self._table]
        return joined([one for one in rendered if one is not None])

    def event(self, shown: r.EventShown) -> Outgoing:
        """Tell somebody how they stand in an avatar event, and what they can do."""
        title, lines = event_phrases.card(self.phrases, shown, "discord-event-photos")
        words = cut(f"**{escape_markdown(title)}**\n{lines}")
        return Outgoing(words, event_buttons.card(self.say, self._user.platform_id, shown))

    def styles(self, page: int) -> Outgoing:
        """Show the styles of a page, with pictures of the first ones that brought any."""
        cards = self.phrases.styles
        names = [card for card in cards[page * 25 :] if card.preview][:FILES]
        files = tuple(
            File(f"{n:02}-{kind(card.preview or b'')}", card.preview or b"", card.title) for n, card in enumerate(names)
        )
        lines = "\n".join(
            f"**{escape_markdown(card.title)}** {escape_markdown(card.words)}" for card in cards[page * 25 :][:25]
        )
        return Outgoing(cut(lines), self.buttons.styles(cards, page), files)

    def count(self, count: r.SetCount) -> str:
        """Tell how a set of photos stands."""
        lines = [self.phrases.count(count)]
        if count.checking:
            lines.append(self.say("discord-checking", {"checking": count.checking}))
        return "\n".join(lines)

    def too_few(self, said: r.Said, refused: Sequence[Refused], controls: Controls) -> Outgoing:
        """Tell what a set lacks, and of each photo that cannot be used why, with small pictures of them."""
        shown = self.text(said.text, said.args)
        lines = [shown.words, *self.refusals(refused)]
        pictures = [(one.name, one.thumbnail) for one in refused if one.thumbnail]
        files = tuple(File(f"{n:02}-{kind(data)}", data, name) for n, (name, data) in enumerate(pictures[:FILES], 1))
        return Outgoing(cut("\n".join(lines)), controls, files)

    def refusals(self, refused: Sequence[Refused]) -> list[str]:
        """Write one line for each photo that cannot be used."""
        return [f"- **{escape_markdown(one.name)}**: {self.phrases.reason(one.reason)}" for one in refused]

    def accepted(self, reply: r.RequestAccepted) -> Outgoing:
        """Tell that a request is written down; progress is shown in this message later."""
        return Outgoing(cut(self.phrases.accepted(reply)), self.buttons.waiting(reply.request.id))

    def progress(self, shown: r.ProgressShown | r.QueueMoved, style: str, *, last: bool) -> Outgoing:
        """Tell how far a request is; `last` says that this message cannot be changed any more after this."""
        lines = [f"**{escape_markdown(self.phrases.title(style))}**"]
        if isinstance(shown, r.QueueMoved):
            lines.append(self.phrases.moved(shown))
        else:
            full = round(BAR * shown.done / shown.total) if shown.total else 0
            lines.append(f"{self.say(f'stage-{shown.stage}')} {'▰' * full}{'▱' * (BAR - full)}")
            lines.append(self.phrases.time_left(shown.eta_s))
        if last:
            lines.append(self.say("discord-later"))
        return Outgoing(cut("\n".join(filter(None, lines))), self.buttons.waiting(shown.request_id))

    def preview(self, ready: r.PreviewReady, data: bytes) -> Outgoing:
        """Show the first sketch, and say that it is one."""
        words = self.phrases.preview(ready.wait_s)
        file = File(f"limner-preview-{ready.request.id[:8]}.png", data, self.say("page-preview"))
        return Outgoing(cut(words), files=(file,))

    def ended(self, ended: r.RequestEnded) -> Outgoing:
        """Tell how a request ended that brought nothing."""
        words = self.phrases.ended(r.PortraitsReady(ended.request, ()))
        controls = self.buttons.ended(ended.request.style)
        if ended.request.event_id is not None:
            controls = event_buttons.status(self.say, self._user.platform_id, ended.request.event_id)
        return Outgoing(cut(words), controls)

    def portraits(self, ready: r.PortraitsReady) -> str:
        """Say what was made, and how alike it is."""
        lines = [self.phrases.ended(ready)]
        best = max((one.likeness for one in ready.portraits if one.likeness is not None), default=None)
        if best is not None:
            lines.append(" · ".join(filter(None, self.phrases.likeness(best))))
        return "\n".join(lines)

    def terms(self) -> str:
        """Say what a person agrees to."""
        said = (self.say(f"consent-{part}", self.phrases.limits) for part in ("text", "only-yours"))
        return "\n\n".join(said)

    def _consent(self, asked: r.ConsentAsked) -> Outgoing:
        words = f"**{self.say('consent-title')}**\n\n{self.terms()}"
        return Outgoing(cut(words), self.buttons.consent(asked.version))

    def _status(self, shown: r.StatusShown) -> Outgoing:
        overview = shown.overview
        lines: list[str] = []
        if overview.active is not None:
            lines.append(self.phrases.accepted(r.RequestAccepted(overview.active, overview.position)))
        elif overview.photos:
            lines.append(self.count(overview.count))
        elif overview.consented and overview.has_face:
            lines.append(self.say("not-now-done"))
        else:
            lines.append(self.say("discord-begin", self.phrases.limits))
        lines.append(self.phrases.quota(overview.balance))
        return Outgoing(cut("\n".join(lines)), self.buttons.waiting(overview.active.id) if overview.active else ())


def joined(messages: Sequence[Outgoing]) -> Outgoing:
    """Put messages into one: words below each other, the last that can be pressed, and the files."""
    words = cut("\n\n".join(one.words for one in messages if one.words))
    controls = next((one.controls for one in reversed(messages) if one.controls), ())
    return Outgoing(words, controls, tuple(file for one in messages for file in one.files)[:FILES])


def cut(words: str, most: int = TEXT) -> str:
    """Cut words to what a message holds."""
    return words if len(words) <= most else words[: most - 1].rpartition(" ")[0] + "…"


def kind(data: bytes) -> str:
    """Name a picture's file by what its first bytes say it is."""
    if data.startswith(b"\xff\xd8"):
        return "limner.jpg"
    return "limner.webp" if data.startswith(b"RIFF") else "limner.png"
