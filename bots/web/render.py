"""Replies and states as the page wants them: maps for JSON, with every sentence already in words.

The page's script knows no words and no rules; what it shows is made here.
"""

from collections.abc import Callable, Sequence
from typing import Any

from limner.bots import replies as r
from limner.bots.phrases import Phrases
from limner.bots.styles import StyleCard
from limner.storage.photos import Photo
from limner.storage.portraits import Portrait
from limner.storage.requests import Request

__all__ = ["Renderer"]

Rendered = dict[str, Any]

PROMPTS = frozenset({"welcome", "welcome-back", "consent-thanks", "photos-ask", "styles-ask", "photo-removed"})
"""Sentences that the page draws from the state, or shows without words; said besides, they would stand there twice."""


class Renderer:
    """Renders for one language."""

    def __init__(self, phrases: Phrases) -> None:
        self._phrases = phrases
        self._say = phrases.words.say
        self._table: dict[type, Callable[[Any], Rendered]] = {
            r.Said: self._said,
            r.QuotaShown: lambda shown: _said(phrases.quota(shown.balance)),
            r.QuotaShort: lambda short: _said(phrases.short(short)),
            r.RequestAccepted: lambda accepted: _said(phrases.accepted(accepted)),
            r.PhotoTaken: lambda taken: {"kind": "photo-taken", "photo": taken.photo_id, "name": taken.name},
            r.PhotoRefused: self._refused,
            r.SitterAsked: lambda asked: {"kind": "sitter-asked", "set": asked.set_id},
            r.ProgressShown: lambda shown: {"kind": "progress", **self._progress(shown)},
            r.QueueMoved: self._moved,
            r.Forgotten: lambda receipt: {"kind": "forgotten", "text": phrases.receipt(receipt)},
        }

    def replies(self, replies: Sequence[r.Reply]) -> list[Rendered]:
        """Render replies in their order."""
        return [self.reply(reply) for reply in replies]

    def reply(self, reply: r.Reply) -> Rendered:
        """Render one reply: its `kind`, its `text` where the chat shows a sentence, and its particulars.

        What is shown from the state alone (the gallery, the photos' count, portraits) becomes ``look``.
        """
        render = self._table.get(type(reply))
        return render(reply) if render else {"kind": "look"}

    def state(self, overview: r.Overview, progress: r.ProgressShown | None) -> Rendered:
        """Render everything the page is drawn from."""
        active, phrases = overview.active, self._phrases
        return {
            "name": "waiting" if active else overview.state,
            "consented": overview.consented,
            "consentVersion": overview.consent_version,
            "greeting": self._say("welcome"),
            "photosAsk": self._say("photos-ask", phrases.limits),
            "stylesAsk": self._say("styles-ask"),
            "photos": [self._photo(photo) for photo in overview.photos],
            "count": self._count(overview.count),
            "hasFace": overview.has_face,
            "template": overview.template,
            "styles": [_style(card) for card in phrases.styles],
            "active": self._active(active, overview, progress) if active else None,
            "finished": [self._ended(request) for request in overview.finished],
            "quota": {"available": overview.balance.available, "words": phrases.quota(overview.balance)},
        }

    def _said(self, said: r.Said) -> Rendered:
        return {"kind": "look"} if said.text in PROMPTS else _said(self._say(said.text, said.args))

    def _refused(self, refused: r.PhotoRefused) -> Rendered:
        words = self._phrases.reason(refused.reason)
        return {"kind": "photo-refused", "photo": refused.photo_id, "name": refused.name, "words": words}

    def _moved(self, moved: r.QueueMoved) -> Rendered:
        return {"kind": "moved", "request": moved.request_id, "words": self._phrases.moved(moved)}

    def _count(self, count: r.SetCount) -> Rendered:
        return {
            "words": self._phrases.count(count),
            "ready": count.enough and not count.checking,
            "full": count.full,
        }

    def _progress(self, progress: r.ProgressShown) -> Rendered:
        return {
            "request": progress.request_id,
            "stage": progress.stage,
            "done": progress.done,
            "total": progress.total,
            "words": self._say(f"stage-{progress.stage}"),
            "steps": self._say("stage-steps", {"done": progress.done, "total": progress.total}),
            "eta": self._phrases.time_left(progress.eta_s),
        }

    def _active(self, request: Request, overview: r.Overview, progress: r.ProgressShown | None) -> Rendered:
        waiting = request.state == "queued"
        return {
            "id": request.id,
            "title": self._phrases.title(request.style),
            "words": self._say("stage-queued" if waiting else "stage-prepare"),
            "position": self._phrases.position(overview.position) if waiting else "",
            "preview": f"/api/requests/{request.id}/preview" if overview.preview else None,
            "previewWords": self._phrases.preview(None),
            "progress": self._progress(progress) if progress and not waiting else None,
        }

    def _ended(self, ended: r.PortraitsReady) -> Rendered:
        title = self._phrases.title(ended.request.style)
        return {
            "id": ended.request.id,
            "state": ended.request.state,
            "title": title,
            "words": self._phrases.ended(ended),
            "portraits": [self._portrait(portrait, title) for portrait in ended.portraits],
        }

    def _photo(self, photo: Photo) -> Rendered:
        return {
            "id": photo.id,
            "state": photo.state,
            "words": self._phrases.reason(photo.reason) if photo.state == "refused" else "",
            # A refused photo may have one (a blurred face) or not (no picture at all): then that address is empty.
            "thumbnail": None if photo.state == "received" else f"/api/photos/{photo.id}/thumbnail",
        }

    def _portrait(self, portrait: Portrait, title: str) -> Rendered:
        likeness, grade = self._phrases.likeness(portrait.likeness)
        return {
            "id": portrait.id,
            "url": f"/api/portraits/{portrait.id}",
            "alt": self._say("portrait-alt", {"n": portrait.n + 1, "style": title}),
            "likeness": likeness,
            "grade": grade,
        }


def _said(text: str) -> Rendered:
    return {"kind": "said", "text": text}


def _style(card: StyleCard) -> Rendered:
    preview = f"/api/styles/{card.name}/preview" if card.preview else None
    return {"name": card.name, "title": card.title, "words": card.words, "preview": preview}
