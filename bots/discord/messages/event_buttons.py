"""The buttons of avatar events: under the announcement, under a member's own card, under what stands in a gallery."""

from limner.bots.discord.messages.buttons import EVERYBODY, Say, address
from limner.bots.discord.messages.outgoing import Button, Controls, Looks, Row
from limner.bots.replies import EventShown

__all__ = ["announcement", "card", "paint", "photos", "post", "status"]


def announcement(say: Say, event_id: str) -> Controls:
    """Take part, see how one stands, leave: for everybody."""
    buttons = (
        _button(say, "event-join", "join", EVERYBODY, event_id, "strong"),
        _button(say, "discord-event-mine", "mine", EVERYBODY, event_id),
        _button(say, "event-leave", "leave", EVERYBODY, event_id),
    )
    return (Row(buttons),)


def card(say: Say, owner: str, shown: EventShown) -> Controls:
    """Paint or give photos, show or hide, leave."""
    event_id, buttons = shown.event.id, []
    if shown.ready:
        buttons.append(_button(say, "event-make", "make", owner, event_id, "strong"))
    elif not shown.served:
        buttons.append(_button(say, "discord-add", "bring", owner, event_id, "strong"))
    if shown.event.gallery:
        text, name = ("event-hide-mine", "hide") if shown.member.gallery else ("event-show-mine", "reveal")
        buttons.append(_button(say, text, name, owner, event_id))
    buttons.append(_button(say, "event-leave", "quit", owner, event_id))
    return (Row(tuple(buttons)),)


def photos(say: Say, owner: str, event_id: str, set_id: str) -> Controls:
    """Add photos to a set that is too small, or begin it anew."""
    add = _button(say, "discord-add", "bring", owner, event_id, "strong")
    return (Row((add, _button(say, "discord-clear", "clear", owner, set_id))),)


def paint(say: Say, owner: str, event_id: str) -> Controls:
    """Ask for one's portraits."""
    return (Row((_button(say, "event-make", "make", owner, event_id, "strong"),)),)


def status(say: Say, owner: str, event_id: str) -> Controls:
    """See how one stands."""
    return (Row((_button(say, "discord-event-mine", "mine", owner, event_id, "strong"),)),)


def post(say: Say, owner: str, event_id: str) -> Controls:
    """Take one's own portrait out of the gallery."""
    return (Row((_button(say, "discord-event-remove", "unshow", owner, event_id),)),)


def _button(say: Say, text: str, name: str, owner: int | str, argument: str, looks: Looks = "plain") -> Button:
    return Button(say(text), address(name, owner, argument), looks)
