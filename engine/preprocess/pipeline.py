"""The way of a photo to a prepared face, in order: the table of contents of this folder.

    decode    bytes to upright pixels                     EMPTY, NOT_AN_IMAGE, TRUNCATED, TOO_MANY_PIXELS, ...
    analyser  pixels to faces                             (a seam; dlib by default, insightface)
    identity  one face, one person, no photo twice        NO_FACE, SEVERAL_FACES, DUPLICATE, ANOTHER_PERSON
    quality   good enough?                                FACE_TOO_SMALL, TURNED_AWAY, TOO_DARK, TOO_YOUNG, ...
    align     onto the canonical template
    mask      where head and shoulders are                (a seam; without a network by default)
    retouch   exposure, white, noise: mildly
    caption   what a training is told

`examine` goes half the way, for one photo when it arrives; `prepare` goes all of it, for a set. Neither raises
because of a photo. Same bytes, same result.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from io import BytesIO
from typing import Final

import numpy as np
from PIL import Image

from limner.engine.errors import PhotoRefusedError
from limner.engine.faces import Analyser, Detection, Face, Floats, Parser, Pixels, Quality
from limner.engine.preprocess import identity, quality
from limner.engine.preprocess.align import apply, to_template, warp
from limner.engine.preprocess.caption import caption
from limner.engine.preprocess.decode import decode
from limner.engine.preprocess.mask import face_area, head_mask, surroundings
from limner.engine.preprocess.retouch import retouch
from limner.engine.refusal import Reason, Refusal
from limner.engine.words import call_sitter, sitter_of, sitter_word

THUMBNAIL_SIDE: Final = 320

_ON_ITS_SIDE: Final = (1, 3)
"""Quarter turns of a photo that lost its EXIF. Not 2: nobody sends one upside down, where dlib sees faces in chins."""

_SMALL_SIDE: Final = 500
"""Enough to see a face of 8 % of the long side, at an eighth of the time that a whole look takes."""


@dataclass(frozen=True, slots=True, eq=False)
class Examined:
    """What was found out about one photo when it arrived.

    `refusal` is None when it can be used; then `embedding` is (width,) float32. `thumbnail_jpeg` (long side 320 px, no
    metadata) is there whenever the photo could be decoded. `sha` is the SHA-256 of the bytes in hex.
    """

    refusal: Refusal | None
    embedding: Floats | None
    thumbnail_jpeg: bytes | None
    quality: Quality | None
    sha: str


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A prepared set: the faces in the order of their photos, and for every photo None or why it was refused."""

    faces: tuple[Face, ...]
    refusals: tuple[Refusal | None, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Sitter:
    image: Pixels
    detection: Detection
    quality: Quality


def examine(
    photo: bytes,
    analyser: Analyser,
    *,
    known: Sequence[Floats] = (),
    needed: quality.Thresholds = quality.DEFAULT,
) -> Examined:
    """Judge one photo by itself and against the embeddings of the photos that its set already has."""
    sha = sha256(photo).hexdigest()
    thumbnail = measured = None
    try:
        image = decode(photo)
        thumbnail = _thumbnail(image)
        sitter = _find_sitter(image, analyser)
        thumbnail, measured = _thumbnail(sitter.image), sitter.quality
        quality.check(measured, needed)
        embedding = analyser.embed(sitter.image, sitter.detection)
        identity.check_against(embedding, known, analyser.space)
    except PhotoRefusedError as error:
        return Examined(error.refusal, None, thumbnail, measured, sha)
    return Examined(None, embedding, thumbnail, measured, sha)


def prepare(
    photos: Sequence[bytes],
    analyser: Analyser,
    *,
    size: int = 128,
    parser: Parser = head_mask,
    classes: Collection[str] = (),
) -> Prepared:
    """Prepare the photos of one person as aligned faces of `size` px. One photo is in memory at a time.

    `classes` are the words for a sitter, besides person, that the base model knows; see `limner.engine.words`.
    """
    faces: dict[int, Face] = {}
    refusals: list[Refusal | None] = [None] * len(photos)
    for n, photo in enumerate(photos):
        try:
            faces[n] = _prepare_one(photo, analyser, size, parser, classes)
        except PhotoRefusedError as error:
            refusals[n] = error.refusal
    verdicts = identity.one_identity([face.embedding for face in faces.values()], analyser.space)
    for n, verdict in zip(list(faces), verdicts, strict=True):
        if verdict is not None:
            refusals[n] = verdict
            del faces[n]
    # A training must not hear two names for one sitter: where the photos do not agree, it is a person in all of them.
    sitter = sitter_of([face.caption for face in faces.values()])
    agreed = (replace(face, caption=call_sitter(face.caption, sitter)) for face in faces.values())
    return Prepared(tuple(agreed), tuple(refusals))


def _prepare_one(photo: bytes, analyser: Analyser, size: int, parser: Parser, classes: Collection[str]) -> Face:
    sitter = _find_sitter(decode(photo), analyser)
    quality.check(sitter.quality)
    transform = to_template(sitter.detection.landmarks, size)
    crop, known = warp(sitter.image, transform, size)
    landmarks = apply(transform, sitter.detection.landmarks)
    mask = parser(crop, landmarks, known)
    words = sitter_word(sitter.detection.sex, sitter.detection.age, classes)
    return Face(
        image=retouch(crop, face_area(landmarks, size), surroundings(mask, known)),
        mask=mask,
        embedding=analyser.embed(sitter.image, sitter.detection),
        caption=caption(crop, landmarks, mask, words),
        box=sitter.detection.box,
        quality=sitter.quality,
    )


def _find_sitter(image: Pixels, analyser: Analyser) -> _Sitter:
    """Find the one face, turning the photo by a quarter, the surer way, when nobody is seen upright."""
    detections = analyser.detect(image)
    if not detections:
        image = _turned(image, _way_up(image, analyser))
        detections = analyser.detect(image)
    detection = identity.only_face(detections)
    return _Sitter(image, detection, quality.measure(image, detection))


def _way_up(image: Pixels, analyser: Analyser) -> int:
    """Return by how many quarters a photo must be turned, looked for in a small copy. Raises PhotoRefusedError."""
    small = Image.fromarray(image)
    small.thumbnail((_SMALL_SIDE, _SMALL_SIDE))
    seen = {turns: analyser.detect(_turned(np.asarray(small), turns)) for turns in _ON_ITS_SIDE}
    if not any(seen.values()):
        raise PhotoRefusedError(Reason.NO_FACE)
    return max((turns for turns in seen if seen[turns]), key=lambda turns: seen[turns][0].confidence)


def _turned(image: Pixels, turns: int) -> Pixels:
    # A copy: ascontiguousarray leaves strides that dlib does not take as they are where a side has one pixel.
    return np.array(np.rot90(image, turns), order="C")


def _thumbnail(image: Pixels) -> bytes:
    small = Image.fromarray(image)
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.LANCZOS)
    out = BytesIO()
    small.save(out, "JPEG", quality=82)
    return out.getvalue()
