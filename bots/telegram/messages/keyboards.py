"""The buttons under our messages, and what comes back when one is pressed.

A button's data is `version:name:argument`, 64 bytes at most. What a press is about stands in it (the set, the request),
so that an old button never acts on something newer.
"""

import hashlib
from collections.abc import Callable, Sequence

from limner.bots.replies import EventShown
from limner.bots.styles import StyleCard
from limner.bots.telegram.limits import CALLBACK_BYTES
from limner.bots.telegram.messages.outgoing import Button, Keyboard
from limner.bots.words import LANGUAGES, named

__all__ = ["Keyboards", "press", "style_of"]

VERSION = "1"
BACK_AND_ON = "\N{BLACK LEFT-POINTING TRIANGLE}\N{BLACK RIGHT-POINTING TRIANGLE}"
PAGE = 8
"""Styles on a page, in rows of two: what a phone shows without scrolling."""


def press(data: str) -> tuple[str, str] | None:
    """Read a button's data: its name and argument; None for data that is not ours or of another version."""
    version, _, rest = data.partition(":")
    name, _, argument = rest.partition(":")
    return (name, argument) if version == VERSION and name else None


def style_of(styles: Sequence[StyleCard], argument: str) -> str:
    """Return the name of the style that a button stands for; what is no longer there comes back as it is."""
    return next((card.name for card in styles if _short(card.name) == argument), argument)


class Keyboards:
    """Makes the keyboards of one language; `say` gives its words."""

    def __init__(self, say: Callable[[str], str]) -> None:
        self._say = say

    def consent(self, version: str) -> Keyboard:
        """Agree, or read it in another language."""
        return ((self._button("consent-button", "agree", version),), *self.languages())

    def languages(self) -> Keyboard:
        """Choose a language."""
        buttons = [Button(named(code), _data("lang", code)) for code in LANGUAGES]
        return tuple(tuple(buttons[at : at + 3]) for at in range(0, len(buttons), 3))

    def photos(self, set_id: str) -> Keyboard:
        """Finish a set of photos, or begin it anew."""
        return ((self._button("telegram-done", "done", set_id), self._button("telegram-clear", "clear", set_id)),)

    def sitter(self, set_id: str) -> Keyboard:
        """Say whether whoever is seen in a set agreed."""
        return ((self._button("sitter-yes", "allow", set_id), self._button("sitter-no", "deny", set_id)),)

    def styles(self, cards: Sequence[StyleCard], titles: Sequence[str], page: int) -> Keyboard:
        """Choose a style; `page` counts from 0 and stays within the pages there are."""
        pages = max(1, -(-len(cards) // PAGE))
        page = min(max(page, 0), pages - 1)
        shown = range(page * PAGE, min((page + 1) * PAGE, len(cards)))
        buttons = [Button(titles[at], _data("style", _short(cards[at].name))) for at in shown]
        rows = [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]
        if pages > 1:
            turns = zip(BACK_AND_ON, (page - 1, page + 1), strict=True)
            rows.append(tuple(Button(sign, _data("page", str(to % pages))) for sign, to in turns))
        return tuple(rows)

    def waiting(self, request_id: str) -> Keyboard:
        """Stop a request."""
        return ((self._button("telegram-cancel", "cancel", request_id),),)

    def made(self, request_id: str, *, group: bool) -> Keyboard:
        """Go on after portraits; `group` offers to show them in the group that the person came from."""
        show = ((self._button("telegram-show", "show", request_id),),) if group else ()
        return (
            (self._button("telegram-again", "again", request_id), self._button("telegram-other-style", "styles")),
            (self._button("telegram-full", "full", request_id), self._button("telegram-drop", "drop", request_id)),
            *show,
        )

    def drop(self, request_id: str) -> Keyboard:
        """Confirm that the portraits of a request shall go."""
        yes = self._button("telegram-drop-yes", "gone", request_id)
        return ((yes, self._button("telegram-keep", "keep", request_id)),)

    def ended(self) -> Keyboard:
        """Go on after a request without portraits."""
        return ((self._button("telegram-other-style", "styles"), self._button("telegram-new-photos", "new")),)

    def forget(self) -> Keyboard:
        """Confirm that everything shall go."""
        return ((self._button("telegram-forget-yes", "forget", "yes"), self._button("telegram-keep", "forget", "no")),)

    def event(self, shown: EventShown) -> Keyboard:
        """Paint, show or hide, leave."""
        event_id, rows = shown.event.id, []
        if shown.ready:
            rows.append((self._button("event-make", "make", event_id),))
        if shown.event.gallery:
            text, name = ("event-hide-mine", "hide") if shown.member.gallery else ("event-show-mine", "reveal")
            rows.append((self._button(text, name, event_id),))
        rows.append((self._button("event-leave", "leave", event_id),))
        return tuple(rows)

    def buy(self) -> Keyboard:
        """Offer the packs."""
        return ((self._button("telegram-buy", "buy"),),)

    def packs(self, words: Sequence[tuple[str, str]]) -> Keyboard:
        """Choose a pack: names, and what people read."""
        return tuple((Button(said, _data("pack", name)),) for name, said in words)

    def link(self, text: str, url: str) -> Keyboard:
        """Open an address."""
        return ((Button(self._say(text), url=url),),)

    def _button(self, text: str, name: str, argument: str = "") -> Button:
        return Button(self._say(text), _data(name, argument))


def _data(name: str, argument: str) -> str:
    data = f"{VERSION}:{name}:{argument}"
    if len(data.encode()) > CALLBACK_BYTES:
        raise ValueError(f"The button's data {data!r} is longer than {CALLBACK_BYTES} bytes.")
    return data


def _short(style: str) -> str:
    """Return a style's name, or its hash where that is too long for a button."""
    return style if len(style.encode()) <= 48 else "#" + hashlib.sha256(style.encode()).hexdigest()[:16]
