"""The buttons and menus under our messages, and what comes back when one is used.

What Discord gives back is `kind:version:name:owner:argument`, 100 characters at most. The owner is the person for
whom the message was written, and what it is about stands behind (the set, the request): a button lives for as long as
its message, obeys nobody else, and never acts on something newer. What an event's announcement has is for everybody.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from limner.bots.discord.limits import CHOICES, CUSTOM_ID
from limner.bots.discord.messages.outgoing import Button, Choice, Controls, Looks, Menu, Row
from limner.bots.styles import StyleCard
from limner.bots.words import LANGUAGES, named

__all__ = [
    "AGREE",
    "EVERYBODY",
    "GALLERY",
    "OUR_BUTTONS",
    "OUR_MENUS",
    "PHOTOS",
    "Buttons",
    "Pressed",
    "address",
    "read",
    "short",
    "style_of",
]

VERSION = "1"
BUTTON, MENU = "limner", "limner-menu"
OUR_BUTTONS, OUR_MENUS = rf"{BUTTON}:[\s\S]*", rf"{MENU}:[\s\S]*"
"""The patterns of everything we have ever made, of whatever version. The library wants one for each kind of thing."""
PHOTOS, AGREE, GALLERY = "photos", "agree", "gallery"
"""The names of a form's fields."""
EVERYBODY = 0
"""The owner of a button that obeys whoever presses it."""
BACK, ON = "\N{BLACK LEFT-POINTING TRIANGLE}", "\N{BLACK RIGHT-POINTING TRIANGLE}"
Say = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Pressed:
    """What stands in a button: no name in one that is not of this version, no owner in one for everybody."""

    name: str = ""
    owner: int | None = None
    argument: str = ""


def read(custom_id: str) -> Pressed:
    """Read a button's data."""
    parts = custom_id.split(":", 4)
    if len(parts) != 5 or parts[0] not in {BUTTON, MENU} or parts[1] != VERSION or not parts[3].isdecimal():
        return Pressed()
    return Pressed(parts[2], int(parts[3]) or None, parts[4])


def address(name: str, owner: int | str, argument: str = "", kind: str = BUTTON) -> str:
    """Write a button's data."""
    data = f"{kind}:{VERSION}:{name}:{owner}:{argument}"
    if len(data) > CUSTOM_ID:
        raise ValueError(f"The button's data {data!r} is longer than {CUSTOM_ID} characters.")
    return data


def style_of(styles: Sequence[StyleCard], argument: str) -> str:
    """Return the name of the style that a button stands for; what is no longer there comes back as it is."""
    return next((card.name for card in styles if short(card.name) == argument), argument)


def short(style: str) -> str:
    """Return a style's name, or its hash where that is too long for a button."""
    return style if len(style) <= 48 else "#" + hashlib.sha256(style.encode()).hexdigest()[:16]


class Buttons:
    """Makes the buttons of one language for one person; `say` gives the words."""

    def __init__(self, say: Say, owner: str) -> None:
        self._say = say
        self._owner = owner

    def consent(self, version: str) -> Controls:
        """Agree, or read it in another language."""
        return (Row((self._button("consent-button", "agree", version, looks="strong"),)), *self.languages())

    def languages(self) -> Controls:
        """Choose a language."""
        return (Row(tuple(Button(named(code), address("lang", self._owner, code)) for code in LANGUAGES)),)

    def photos(self, style: str, set_id: str) -> Controls:
        """Add photos to a set that is too small, or begin it anew."""
        add = self._button("discord-add", "photos", short(style), looks="strong")
        return (Row((add, self._button("discord-clear", "clear", set_id))),)

    def sitter(self, set_id: str) -> Controls:
        """Say whether whoever is seen in a set agreed."""
        yes = self._button("sitter-yes", "allow", set_id, looks="strong")
        return (Row((yes, self._button("sitter-no", "deny", set_id))),)

    def styles(self, cards: Sequence[StyleCard], page: int) -> Controls:
        """Choose a style; `page` counts from 0 and stays within the pages there are."""
        pages = max(1, -(-len(cards) // CHOICES))
        page = min(max(page, 0), pages - 1)
        shown = cards[page * CHOICES : (page + 1) * CHOICES]
        if not shown:
            return ()
        choices = tuple(Choice(short(card.name), card.title[:100], card.words[:100]) for card in shown)
        menu = Row((), Menu(address("style", self._owner, str(page), MENU), self._say("discord-choose"), choices))
        if pages == 1:
            return (menu,)
        turns = ((BACK, (page - 1) % pages), (ON, (page + 1) % pages))
        # A name of its own for each direction: with two pages both lead to the same one.
        return (menu, Row(tuple(Button(sign, address("page", self._owner, f"{to} {sign}")) for sign, to in turns)))

    def waiting(self, request_id: str) -> Controls:
        """Stop a request."""
        return (Row((self._button("discord-cancel", "cancel", request_id),)),)

    def made(self, request_id: str) -> Controls:
        """Go on after portraits."""
        go_on = (
            self._button("discord-again", "again", request_id, looks="strong"),
            self._button("discord-other-style", "styles"),
        )
        files = (self._button("discord-avatar", "avatar", request_id), self._button("discord-full", "full", request_id))
        return (Row((*go_on, *files, self._button("discord-drop", "drop", request_id))),)

    def drop(self, request_id: str) -> Controls:
        """Confirm that the portraits of a request shall go."""
        yes = self._button("discord-drop-yes", "gone", request_id, looks="danger")
        return (Row((yes, self._button("discord-keep", "keep", request_id))),)

    def faces(self, request_id: str, count: int) -> Controls:
        """Choose one portrait."""
        choices = tuple(
            Choice(str(n), self._say("discord-avatar-nth", {"n": n + 1})) for n in range(min(count, CHOICES))
        )
        return (Row((), Menu(address("face", self._owner, request_id, MENU), self._say("discord-avatar"), choices)),)

    def ended(self, style: str) -> Controls:
        """Go on after a request without portraits."""
        other = self._button("discord-other-style", "styles", looks="strong")
        return (Row((other, self._button("discord-new-photos", "photos", short(style)))),)

    def forget(self) -> Controls:
        """Confirm that everything shall go."""
        yes = self._button("discord-forget-yes", "forget", "yes", looks="danger")
        return (Row((yes, self._button("discord-keep", "forget", "no"))),)

    def _button(self, text: str, name: str, argument: str = "", looks: Looks = "plain") -> Button:
        return Button(self._say(text), address(name, self._owner, argument), looks)
