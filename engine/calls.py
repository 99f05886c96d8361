"""What the engine's child process can be asked: the examiner looks and lays out, the painter paints. Plain maps.

The painter's half imports torch when the painter is made; the examiner never does.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated, Any, Protocol, TypeVar

import msgspec
import numpy as np

from limner.engine.copies import copy_portrait
from limner.engine.errors import BadFrameError
from limner.engine.faces import Analyser, Floats, Parser, Quality
from limner.engine.fuse.places import largest, read_template
from limner.engine.models.running import Running
from limner.engine.poster import poster
from limner.engine.preprocess.pipeline import examine
from limner.engine.preprocess.quality import DEFAULT, Thresholds
from limner.engine.progress import Progress
from limner.engine.refusal import Refusal
from limner.engine.room import check_room
from limner.engine.signing import Sign, unsigned
from limner.engine.styles import find_style, load_styles

if TYPE_CHECKING:
    from limner.engine.pipeline import Learned  # its module loads torch

Answer = dict[str, object]

#: Progress that comes faster is left out: nobody reads it, and each frame costs a wake-up of the parent.
_PROGRESS_EVERY = 0.5

T = TypeVar("T")


class ExamineArgs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One photo, and the embeddings (float32 numbers) of those its set already has."""

    photo: bytes
    known: list[bytes] = []


class PosterArgs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Finished portraits, in their order on the poster."""

    portraits: list[bytes]


class TemplateArgs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A picture in which somebody's place is to be taken."""

    template: bytes


class CopyArgs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A finished portrait (PNG), and what its copy may be."""

    portrait: bytes
    max_bytes: Annotated[int, msgspec.Meta(gt=0)]
    square: bool


class MakeArgs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An order; see `limner.engine.pipeline.Order`. `base` and `styles_dirs` are names on this machine.

    `preview` asks for a first sketch, before the training and only where there is one.
    `template` is a picture whose faces are repainted, `faces` which of them, from 1, from the left.
    """

    style: str
    count: int
    seed: int
    photos: list[bytes] = []
    face_lora: bytes | None = None
    reference: bytes | None = None
    resume: bytes | None = None
    styles_dirs: list[str] = []
    base: str = "nano"
    preview: bool = False
    template: bytes | None = None
    faces: list[int] = []


class Sender(Protocol):
    """Where news of a running call goes, and where it is heard that it shall stop."""

    def should_stop(self) -> bool:
        """Tell whether its training is to end."""

    def progress(self, progress: Mapping[str, object]) -> None:
        """Tell how far it is."""

    def checkpoint(self, data: bytes) -> None:
        """Hand over what a restart needs."""

    def preview(self, png: bytes) -> None:
        """Hand over a first sketch."""

    def trained(self, learned: Mapping[str, object]) -> None:
        """Hand over the Face LoRA, before anything is drawn with it."""


class Servant(Protocol):
    """One kind of child."""

    @property
    def calls(self) -> Mapping[str, Callable[[bytes, Sender], Answer]]:
        """What it can be asked, by name."""


class Examiner:
    """Looks at one photo at a time, and writes what is made of finished portraits."""

    def __init__(self, analyser: Analyser, needed: Thresholds = DEFAULT, sign: Sign = unsigned) -> None:
        self._analyser = analyser
        self._needed = needed
        self._sign = sign
        self.calls = {
            "examine": self._examine,
            "template": self._template,
            "poster": self._poster,
            "copy": self._copy,
        }

    def _examine(self, args: bytes, sender: Sender) -> Answer:
        asked = read_args(args, ExamineArgs)
        known = _comparable(asked.known, self._analyser.space.width)
        found = examine(asked.photo, self._analyser, known=known, needed=self._needed)
        refusal = refusal_map(found.refusal) or {"reason": None, "detail": {}}
        return {
            "refusal": refusal["reason"],
            "detail": refusal["detail"],
            "embedding": None if found.embedding is None else found.embedding.astype("<f4").tobytes(),
            "thumbnail": found.thumbnail_jpeg,
            "quality": _told(found.quality),
        }

    def _template(self, args: bytes, sender: Sender) -> Answer:
        template = read_template(read_args(args, TemplateArgs).template, self._analyser)
        return {"faces": len(template.faces), "largest": largest(template)}

    def _poster(self, args: bytes, sender: Sender) -> Answer:
        return {"poster": self._sign(poster(read_args(args, PosterArgs).portraits))}

    def _copy(self, args: bytes, sender: Sender) -> Answer:
        asked = read_args(args, CopyArgs)
        copy = copy_portrait(
            asked.portrait,
            max_bytes=asked.max_bytes,
            square=asked.square,
            analyser=self._analyser,
            sign=self._sign,
        )
        return {"copy": copy}


class Painter:
    """Makes portraits; keeps the base model and the analyser between two calls."""

    def __init__(self, running: Running, analyser: Analyser, parser: Parser, sign: Sign = unsigned) -> None:
        from limner.engine import pipeline
        from limner.engine.models.base import BaseModel, load_base

        self._pipeline = pipeline
        self._load_base = load_base
        self._bases: dict[str, BaseModel] = {}
        self._running = running
        self._analyser = analyser
        self._parser = parser
        self._sign = sign
        self.calls = {"make": self._make}

    def _make(self, args: bytes, sender: Sender) -> Answer:
        asked = read_args(args, MakeArgs)
        if asked.count < 1:
            raise BadFrameError(f"{asked.count} portraits are asked for")
        order = self._pipeline.Order(
            style=find_style(load_styles(*asked.styles_dirs), asked.style),
            count=asked.count,
            seed=asked.seed,
            photos=asked.photos,
            face_lora=asked.face_lora,
            reference=asked.reference,
            resume=asked.resume,
            template=asked.template,
            faces=asked.faces,
        )
        made = self._pipeline.make_portraits(
            self._base(asked.base),
            self._analyser,
            order,
            parser=self._parser,
            on_progress=_thinned(sender),
            should_stop=sender.should_stop,
            on_checkpoint=sender.checkpoint,
            on_preview=(lambda png: sender.preview(self._sign(png))) if asked.preview else None,
            on_trained=lambda learned: sender.trained(_learned_map(learned)),
        )
        return {
            "portraits": [asdict(replace(one, png=self._sign(one.png))) for one in made.portraits],
            "seconds": made.seconds,
            "refusals": [refusal_map(refusal) for refusal in made.refusals],
        }

    def _base(self, name: str) -> Any:
        if name not in self._bases:
            # One base at a time: two would not fit into the memory that was promised.
            self._bases.clear()
            check_room(name, self._running)
            self._bases[name] = self._load_base(name, self._running)
        return self._bases[name]


def read_args(args: bytes, kind: type[T]) -> T:
    """Validate a call's arguments. Raises BadFrameError."""
    try:
        return msgspec.msgpack.decode(args, type=kind)
    except msgspec.DecodeError as error:
        raise BadFrameError(str(error)) from error


def refusal_map(refusal: Refusal | None) -> dict[str, object] | None:
    """Turn a refusal into a map."""
    return None if refusal is None else {"reason": str(refusal.reason), "detail": dict(refusal.detail)}


def _learned_map(learned: Learned) -> dict[str, object]:
    return {
        "face_lora": learned.face_lora,
        "reference": learned.reference,
        "curve": list(learned.curve),
        "seconds": dict(learned.seconds),
    }


def _comparable(known: Sequence[bytes], width: int) -> list[Floats]:
    """Read embeddings, and leave out those of another width.

    They are from before the operator chose another analyser. Nothing is lost: `prepare` compares all photos anew.
    """
    for data in known:
        if not data or len(data) % 4:
            raise BadFrameError(f"an embedding has {len(data)} bytes, which are no float32 numbers")
    read = [np.frombuffer(data, "<f4").astype(np.float32) for data in known]
    return [one for one in read if len(one) == width]


def _told(quality: Quality | None) -> dict[str, float]:
    """Tell what was measured, but not how old somebody looks: the parent writes it down in the clear and keeps it."""
    return {} if quality is None else {name: value for name, value in asdict(quality).items() if name != "age"}


def _thinned(sender: Sender) -> Callable[[Progress], None]:
    """Send progress at most twice a second, and always a stage's first and last."""
    last: dict[str, float] = {}

    def send(progress: Progress) -> None:
        now = time.monotonic()
        if progress.done < progress.total and now - last.get(progress.stage, -1e9) < _PROGRESS_EVERY:
            return
        last[progress.stage] = now
        sender.progress(asdict(progress))

    return send
