"""Why a photo is refused. The words for people are the bots'; here are the reasons and the figures behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Reason(StrEnum):
    """The reasons for which a photo is refused; a value is what crosses the process border and what is stored."""

    NOT_AN_IMAGE = "not_an_image"
    """The bytes are no picture at all."""
    EMPTY = "empty"
    """The file has 0 bytes."""
    TRUNCATED = "truncated"
    """It began as a picture and is cut off or damaged."""
    UNSUPPORTED_FORMAT = "unsupported_format"
    """A picture or video of a kind that is not taken; `detail["format"]` names it."""
    ANIMATED = "animated"
    """Several pictures in a row."""
    TOO_LARGE = "too_large"
    """More bytes than are taken."""
    TOO_MANY_PIXELS = "too_many_pixels"
    """More pixels than are decoded, whatever the file's size."""
    NO_FACE = "no_face"
    """Nobody is seen, or not from the front."""
    SEVERAL_FACES = "several_faces"
    """Several people, and none of them clearly in front."""
    FACE_TOO_SMALL = "face_too_small"
    """The face has too few pixels."""
    BLURRED = "blurred"
    """The face is out of focus or moved."""
    TOO_DARK = "too_dark"
    """Even the face's highlights are dark."""
    TOO_BRIGHT = "too_bright"
    """Much of the face is burnt out to white."""
    TURNED_AWAY = "turned_away"
    """The face looks too far to the side, up or down."""
    TOO_YOUNG = "too_young"
    """The face looks younger than the operator takes, where the analyser guesses ages."""
    ANOTHER_PERSON = "another_person"
    """Not the person of the other photos of the set."""
    DUPLICATE = "duplicate"
    """The same photo as one that is in the set already."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A photo's refusal: the reason, and the figures that led to it (for example `face_px` and `needed`)."""

    reason: Reason
    detail: Mapping[str, float | int | str] = field(default_factory=dict)
