"""Replies as Telegram wants them: messages with their words and buttons. Sends nothing and reads nothing.

Sentences that belong together become one message: a question and its buttons, a greeting and where we are.
"""

from collections.abc import Callable, Iterable
from html import escape
from typing import Any

from limner.bots import event_phrases
from limner.bots import replies as r
from limner.bots.phrases import Phrases
from limner.bots.telegram.limits import ALBUM, CAPTION, LEAST_ALBUM, TEXT
from limner.bots.telegram.messages.keyboards import PAGE, Keyboards
from limner.bots.telegram.messages.outgoing import Album, Keyboard, Outgoing, Picture, Text

__all__ = ["Renderer"]

BAR = 10


class Renderer:
    """Renders for one language."""

    def __init__(self, phrases: Phrases) -> None:
        self.phrases = phrases
        self.keyboards = Keyboards(phrases.words.say)
        self.say = phrases.words.say
        self._table: dict[type, Callable[[Any], Text | None]] = {
            r.Said: lambda said: self.text(said.text, said.args),
            r.ConsentAsked: self._consent,
            r.SitterAsked: lambda asked: self.text("sitter-ask", keyboard=self.keyboards.sitter(asked.set_id)),
            r.StylesShown: lambda _: Text("", self.styles(0)),
            r.PhotoRefused: self.refused,
            r.PhotoDeleted: lambda _: self.text("photo-removed"),
            r.RequestAccepted: self.accepted,
            r.RequestEnded: self._ended,
            r.QuotaShown: lambda shown: Text(escape(phrases.quota(shown.balance)), self.keyboards.buy()),
            r.QuotaShort: lambda short: Text(escape(phrases.short(short)), self.keyboards.buy()),
            r.ForgetQuestion: lambda _: self.text("forget-ask", keyboard=self.keyboards.forget()),
            r.Forgotten: lambda receipt: Text(escape(phrases.receipt(receipt))),
            r.StatusShown: self._status,
            r.EventShown: self.event,
        }

    def text(self, text: str, args: r.TextArgs | None = None, *, keyboard: Keyboard = ()) -> Text:
        """Render the words of one text."""
        return Text(_cut(escape(self.say(text, {**self.phrases.limits, **(args or {})}), quote=False)), keyboard)

    def plain(self, words: str, keyboard: Keyboard = ()) -> Text:
        """Render words that are put together already."""
        return Text(_cut(escape(words, quote=False)), keyboard)

    def event(self, shown: r.EventShown) -> Text:
        """Tell somebody how they stand in an avatar event, and what they can do."""
        title, lines = event_phrases.card(self.phrases, shown)
        html = f"<b>{escape(title, quote=False)}</b>\n{escape(lines, quote=False)}"
        return Text(_cut(html), self.keyboards.event(shown))

    def replies(self, replies: Iterable[r.Reply]) -> list[Outgoing]:
        """Render replies in their order. What is shown elsewhere (the set's status, portraits) becomes nothing here."""
        messages: list[Outgoing] = []
        for reply in replies:
            render = self._table.get(type(reply))
            text = render(reply) if render else None
            if text is None:
                continue
            before = messages[-1] if messages else None
            joins = isinstance(reply, r.ConsentAsked | r.StylesShown | r.StatusShown | r.EventShown)
            if joins and isinstance(before, Text) and not before.keyboard:
                messages[-1] = Text(_cut("\n\n".join(filter(None, (before.html, text.html)))), text.keyboard)
            else:
                messages.append(text)
        return messages

    def previews(self) -> Outgoing | None:
        """Show what the first page's styles look like; None where they brought no pictures."""
        cards = self.phrases.styles[: min(PAGE, ALBUM)]
        pictures = [self._preview(card.name, card.preview) for card in cards if card.preview]
        if len(pictures) < LEAST_ALBUM:
            return pictures[0] if pictures else None
        return Album(tuple(pictures))

    def styles(self, page: int) -> Keyboard:
        """Make one page of the styles' keyboard."""
        cards = self.phrases.styles
        return self.keyboards.styles(cards, [self.phrases.title(card.name) for card in cards], page)

    def photos(self, count: r.SetCount, set_id: str, *, late: bool) -> Text:
        """Tell how the open set stands; `late` says that it waits for the request under way to end."""
        if not count.good + count.checking + count.refused:
            return self.text("photos-cleared")
        lines = [self.phrases.count(count)]
        if count.checking:
            lines.append(self.say("telegram-checking", {"checking": count.checking}))
        if count.refused:
            lines.append(self.say("telegram-refused", {"refused": count.refused}))
        if late:
            lines.append(self.say("photos-next-set"))
        return Text(escape("\n".join(lines), quote=False), () if late else self.keyboards.photos(set_id))

    def refused(self, refused: r.PhotoRefused) -> Text:
        """Say why a photo cannot be used, and what to do."""
        return Text(_cut(escape(self.phrases.reason(refused.reason), quote=False), CAPTION))

    def progress(self, shown: r.ProgressShown | r.QueueMoved, style: str) -> Text:
        """Tell how far a request is."""
        keyboard = self.keyboards.waiting(shown.request_id)
        title = f"<b>{escape(self.phrases.title(style), quote=False)}</b>"
        if isinstance(shown, r.QueueMoved):
            return Text(f"{title}\n{escape(self.phrases.moved(shown), quote=False)}", keyboard)
        full = round(BAR * shown.done / shown.total) if shown.total else 0
        stage = f"{self.say(f'stage-{shown.stage}')} {'▰' * full}{'▱' * (BAR - full)}"
        lines = (stage, self.phrases.time_left(shown.eta_s))
        return Text("\n".join((title, *(escape(line, quote=False) for line in lines if line))), keyboard)

    def accepted(self, reply: r.RequestAccepted) -> Text:
        """Tell that a request is written down; progress is shown in this message later."""
        return Text(escape(self.phrases.accepted(reply), quote=False), self.keyboards.waiting(reply.request.id))

    def portraits(self, ready: r.PortraitsReady, *, group: bool) -> Text:
        """Say how alike the portraits are and what can be done with them: the message below the album."""
        best = max((one.likeness for one in ready.portraits if one.likeness is not None), default=None)
        lines = [self.say("telegram-next")]
        if best is not None:
            lines.insert(0, " · ".join(filter(None, self.phrases.likeness(best))))
        return Text(escape("\n".join(lines), quote=False), self.keyboards.made(ready.request.id, group=group))

    def preview(self, ready: r.PreviewReady) -> str:
        """Say that this is a first sketch: the words on it."""
        return _cut(escape(self.phrases.preview(ready.wait_s), quote=False), CAPTION)

    def caption(self, ready: r.PortraitsReady) -> str:
        """Say what was made: the words on the album."""
        return _cut(escape(self.phrases.ended(ready), quote=False), CAPTION)

    def _preview(self, name: str, data: bytes) -> Picture:
        return Picture(data, _cut(escape(self.phrases.title(name), quote=False), CAPTION), cache=f"style:{name}")

    def _consent(self, asked: r.ConsentAsked) -> Text:
        said = (self.say(f"consent-{part}", self.phrases.limits) for part in ("title", "text", "only-yours"))
        title, *rest = (escape(words, quote=False) for words in said)
        return Text("\n\n".join((f"<b>{title}</b>", *rest)), self.keyboards.consent(asked.version))

    def _ended(self, ended: r.RequestEnded) -> Text:
        words = self.phrases.ended(r.PortraitsReady(ended.request, ()))
        return Text(escape(words, quote=False), self.keyboards.ended())

    def _status(self, shown: r.StatusShown) -> Text:
        overview = shown.overview
        lines: list[str] = []
        if overview.active is not None:
            lines.append(self.phrases.accepted(r.RequestAccepted(overview.active, overview.position)))
        elif overview.consented:
            lines.append(self._next(overview))
        lines.append(self.phrases.quota(overview.balance))
        keyboard = self.keyboards.waiting(overview.active.id) if overview.active else ()
        return Text(escape("\n".join(lines), quote=False), keyboard)

    def _next(self, overview: r.Overview) -> str:
        if overview.photos:
            return self.phrases.count(overview.count)
        text = "not-now-done" if overview.has_face else "photos-ask"
        return self.say(text, self.phrases.limits)


def _cut(html: str, most: int = TEXT) -> str:
    # Telegram counts after the entities are read, so this is never too little.
    return html if len(html) <= most else html[: most - 1].rpartition(" ")[0] + "…"
