"""Sentences about avatar events, made of figures: the announcement, how it stands, its end; for every platform."""

from limner.bots.phrases import Phrases
from limner.bots.replies import EventShown, TextArgs
from limner.storage.events import AvatarEvent, Counts

__all__ = ["announcement", "caption", "card", "ending", "poster", "standing", "title"]


def title(phrases: Phrases, event: AvatarEvent) -> str:
    """Name an event after its community."""
    return phrases.words.say("event-card-title", {"title": event.title})


def announcement(phrases: Phrases, event: AvatarEvent, counts: Counts) -> str:
    """Invite a community, and say how many have come."""
    invited = phrases.words.say(
        "event-announcement",
        {"style": phrases.title(event.style), "portraits": event.portraits, "when": phrases.moment(event.ends_at)},
    )
    return f"{invited}\n\n{standing(phrases, counts)}"


def standing(phrases: Phrases, counts: Counts) -> str:
    """Say how many take part, and how many have portraits."""
    return phrases.words.say("event-counts", {"members": counts.members, "made": counts.made})


def ending(phrases: Phrases, event: AvatarEvent, counts: Counts) -> str:
    """Say that an event is over, or was called off."""
    if event.state == "cancelled":
        return phrases.words.say("event-called-off")
    if not counts.made:
        return phrases.words.say("event-over-nobody")
    return phrases.words.say("event-over", {"made": counts.made})


def caption(phrases: Phrases, event: AvatarEvent, name: str) -> str:
    """Name the person and the style of a portrait in the gallery."""
    return phrases.words.say("event-shown", {"name": name, "style": phrases.title(event.style)})


def poster(phrases: Phrases, event: AvatarEvent) -> str:
    """Name what the poster shows."""
    return phrases.words.say("event-poster", {"title": event.title})


def card(phrases: Phrases, shown: EventShown, ask: str = "photos-ask") -> tuple[str, str]:
    """Tell somebody how they stand in an event: a title, and lines below it; `ask` names words asking for photos."""
    event = shown.event
    say = phrases.words.say
    what: TextArgs = {
        "style": phrases.title(event.style),
        "portraits": event.portraits,
        "when": phrases.moment(event.ends_at),
    }
    lines = [say("event-card", what)]
    if shown.served:
        lines.append(say("event-card-served"))
    else:
        lines.append(say("event-card-ready") if shown.ready else say(ask, phrases.limits))
    if event.gallery:
        lines.append(say("event-card-shown" if shown.member.gallery else "event-card-hidden"))
    return title(phrases, event), "\n".join(lines)
