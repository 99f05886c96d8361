"""Sentences that are made of figures: reasons, places in the queue, accounts, times. The same on every platform."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from limner.bots.replies import Forgotten, PortraitsReady, QueueMoved, QuotaShort, RequestAccepted, SetCount, TextArgs
from limner.bots.styles import StyleCard
from limner.bots.turn import Limits
from limner.bots.words import FALLBACK, Words
from limner.storage.quota import Balance

__all__ = ["Phrases", "in_words"]

# The likeness is 1 minus dlib's distance between faces: 0.40 is the model's own line between the same and another
# person, and two photos of one person reach 0.59 in the middle (measured on the photos of openpeople).
GRADES = ((0.59, "likeness-close"), (0.48, "likeness-good"), (0.40, "likeness-fair"))


def in_words(limits: Limits) -> dict[str, int]:
    """Return the numbers that sentences about photos may name; `limit` is in MB."""
    return {
        "least": limits.least_photos,
        "most": limits.most_photos,
        "refused": limits.most_refused,
        "limit": limits.photo_bytes // 2**20,
        "days": limits.retention_days,
    }


class Phrases:
    """Makes the longer sentences of one language."""

    def __init__(self, words: Words, styles: Mapping[str, StyleCard], limits: Limits) -> None:
        self.words = words
        self.limits = in_words(limits)
        self._styles = {name: _translated(card, words) for name, card in styles.items()}

    @property
    def styles(self) -> tuple[StyleCard, ...]:
        """List the styles in their order, each with its words in this language."""
        return tuple(self._styles.values())

    def title(self, style: str) -> str:
        """Name a style for people; one that is no longer there keeps its short name."""
        card = self._styles.get(style)
        return card.title if card else style

    def reason(self, reason: str | None) -> str:
        """Say why something was refused or failed, and what to do."""
        return self.words.reason(reason, self.limits)

    def position(self, position: int | None) -> str:
        """Say where a request stands in the queue."""
        if position is None:
            return self.words.say("request-position-unknown")
        return self.words.say("request-position", {"position": position})

    def moved(self, reply: QueueMoved) -> str:
        """Say where a request stands in the queue, and about when its turn comes."""
        where = self.position(reply.position)
        if reply.wait_s is None:
            return where
        minutes = max(1, round(reply.wait_s / 60))
        return f"{where} {self.words.say('request-wait', {'minutes': minutes})}"

    def accepted(self, reply: RequestAccepted) -> str:
        """Say what was asked for and where it stands."""
        asked: TextArgs = {"style": self.title(reply.request.style), "count": reply.request.count}
        return f"{self.words.say('request-accepted', asked)} {self.position(reply.position)}"

    def preview(self, wait_s: float | None) -> str:
        """Say that this is a first sketch, and about when the portraits follow."""
        follow = self.words.say("preview-soon")
        if wait_s is not None:
            follow = self.words.say("preview-wait", {"minutes": max(1, round(wait_s / 60))})
        return f"{self.words.say('preview')} {follow}"

    def ended(self, ended: PortraitsReady) -> str:
        """Say how a request ended."""
        request = ended.request
        if request.state == "made":
            made: TextArgs = {"style": self.title(request.style), "count": len(ended.portraits)}
            return self.words.say("request-made", made)
        if request.state == "cancelled":
            return self.words.say("request-cancelled")
        return self.words.say("request-failed", {"reason": self.reason(request.reason)})

    def count(self, count: SetCount) -> str:
        """Say how the open set stands."""
        text = "photos-count-enough" if count.enough else "photos-count"
        return self.words.say(text, {"good": count.good, "least": count.least})

    def quota(self, balance: Balance) -> str:
        """Say how the account stands."""
        left = self.words.say("quota-left", {"available": balance.available})
        return f"{left} {self.words.say('quota-held', {'held': balance.held})}" if balance.held else left

    def short(self, reply: QuotaShort) -> str:
        """Say that too little is left, and when there will be more."""
        short = self.words.say("quota-short", {"wanted": reply.wanted, "available": reply.available})
        if reply.resets_at is None:
            return f"{short} {self.words.say('quota-ask-operator')}"
        return f"{short} {self.words.say('quota-resets', {'when': self.moment(reply.resets_at)})}"

    def receipt(self, reply: Forgotten) -> str:
        """Write the receipt of what was deleted, in lines."""
        counts = {"photos": reply.photos, "face_loras": reply.face_loras, "portraits": reply.portraits}
        lines = [self.words.say("forget-done")]
        lines.append(self.words.say("forget-receipt", {**counts, "when": self.moment(reply.at)}))
        if reply.key_destroyed:
            lines.append(self.words.say("forget-key"))
        return "\n".join(lines)

    def time_left(self, seconds: float | None) -> str:
        """Say how long something still takes; nothing where nobody knows."""
        if seconds is None:
            return ""
        if seconds < 55:
            # In steps of five: a figure that jumps at every report looks like one that means nothing.
            return self.words.say("eta-seconds", {"seconds": max(5, 5 * round(seconds / 5))})
        return self.words.say("eta-minutes", {"minutes": max(1, round(seconds / 60))})

    def likeness(self, likeness: float | None) -> tuple[str, str]:
        """Give the likeness as a figure in words, and a word for what it means."""
        if likeness is None:
            return self.words.say("likeness-none"), ""
        grade = next((text for limit, text in GRADES if likeness >= limit), "likeness-far")
        return self.words.say("likeness", {"value": likeness}), self.words.say(grade)

    def moment(self, at: datetime) -> str:
        """Write a moment to the minute, in UTC: nobody here knows where a person's clock stands."""
        there = at.astimezone(UTC)
        return self.words.say("moment", {"date": there.date(), "time": f"{there:%H:%M}"})


def _translated(card: StyleCard, words: Words) -> StyleCard:
    title = _words_of(f"style-{card.name}-title", card.title, words)
    return replace(card, title=title, words=_words_of(f"style-{card.name}-words", card.words, words))


def _words_of(text: str, original: str, words: Words) -> str:
    # A translation holds for the words it was made from: an operator's own style of the same name says its own.
    english = Words(FALLBACK)
    return words.say(text) if english.has(text) and english.say(text) == original else original
