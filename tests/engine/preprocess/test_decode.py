"""Files of every kind, good and bad, to upright pixels or a reason."""

import time
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from PIL import Image

from limner.engine.errors import PhotoRefusedError
from limner.engine.preprocess import decode as decoding
from limner.engine.preprocess.decode import decode
from limner.engine.refusal import Reason, Refusal
from limner.tests.fakes import photos
from limner.tests.fakes.bad_photos import scans


def refusal_of(data: bytes) -> Refusal:
    """Decode what must be refused."""
    with pytest.raises(PhotoRefusedError) as caught:
        decode(data)
    return caught.value.refusal


def away_from(original: np.ndarray, other: np.ndarray) -> float:
    """Return the mean difference of two photos of one shape."""
    return float(np.abs(original.astype(float) - other.astype(float)).mean())


def in_kind(kind: str, photo: bytes) -> bytes:
    """Save a photo again as another kind of file."""
    return photos.encoded(photos.picture(photo), kind)


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(partial(in_kind, "PNG"), id="png"),
        pytest.param(partial(in_kind, "WEBP"), id="webp"),
        pytest.param(partial(in_kind, "HEIF"), id="heic"),
        pytest.param(partial(in_kind, "AVIF"), id="avif"),
        pytest.param(partial(in_kind, "BMP"), id="bmp"),
        pytest.param(partial(in_kind, "GIF"), id="still gif"),
        pytest.param(photos.cmyk, id="cmyk, inverted as Adobe does"),
        pytest.param(photos.png16, id="16-bit png"),
        pytest.param(photos.multi_picture, id="jpeg with a second picture behind it"),
        pytest.param(photos.rotated_by_exif, id="turned by exif 6"),
        pytest.param(partial(photos.rotated_by_exif, orientation=3), id="turned by exif 3"),
        pytest.param(partial(photos.rotated_by_exif, orientation=8), id="turned by exif 8"),
    ],
)
def test_every_kind_shows_the_same_photo(make: Callable[[bytes], bytes]) -> None:
    """Whatever file a photo comes in, the same upright picture is seen, within what compression loses."""
    original = decode(photos.selfie())
    same = decode(make(photos.selfie()))
    assert same.dtype == np.uint8
    assert same.shape == original.shape
    assert away_from(original, same) < 4


def test_16_bit_grey_keeps_its_shades() -> None:
    """A 16-bit grey PNG comes out as bright as it was, not clipped to white."""
    grey = decode(photos.png16(photos.selfie(), grey=True))
    expected = np.asarray(photos.picture(photos.selfie()).convert("L"))
    assert away_from(grey[..., 0], expected) < 1
    assert (grey[..., 0] == grey[..., 2]).all()


def test_transparency_is_laid_on_white() -> None:
    """A palette picture's transparent colour becomes white paper, and the rest stays."""
    seen = decode(photos.palette_with_transparency(photos.selfie()))
    assert (seen[:, :20] == 255).all()
    assert away_from(seen[:, 20:], decode(photos.selfie())[:, 20:]) < 8


def test_a_colour_profile_is_applied() -> None:
    """A photo in another colour space than sRGB is converted; one with a broken profile is taken as it is."""
    image = Image.new("RGB", (8, 8), (120, 100, 60))
    assert np.abs(decode(photos.in_swapped_colours(image))[0, 0].astype(int) - (60, 100, 120)).max() <= 2
    assert (decode(photos.encoded(image, "PNG", icc_profile=b"no profile")) == np.asarray(image)).all()


@pytest.mark.parametrize(
    "data, reason",
    [
        pytest.param(b"", Reason.EMPTY, id="0 bytes"),
        pytest.param(b"Dear bot, this is me.", Reason.NOT_AN_IMAGE, id="text"),
        pytest.param(b"BMW is a car" * 9, Reason.NOT_AN_IMAGE, id="text that begins like BMP"),
        pytest.param(b"%PDF-1.7\n", Reason.UNSUPPORTED_FORMAT, id="pdf"),
        pytest.param(b"\0\0\0\x18ftypisom\0\0\2\0isommp41", Reason.UNSUPPORTED_FORMAT, id="video"),
        pytest.param(b'<?xml version="1.0"?><svg/>', Reason.UNSUPPORTED_FORMAT, id="svg"),
        pytest.param(b"\xff\xd8\xff\xe0", Reason.TRUNCATED, id="four bytes of a jpeg"),
    ],
)
def test_what_is_no_photo_is_refused(data: bytes, reason: Reason) -> None:
    """A file that is no photo is refused with the reason that fits it."""
    assert refusal_of(data).reason is reason


def test_a_tiff_is_refused_by_name() -> None:
    """A kind that is not taken is named, so that the sitter can be told what to send instead."""
    refusal = refusal_of(in_kind("TIFF", photos.selfie()))
    assert (refusal.reason, refusal.detail["format"]) == (Reason.UNSUPPORTED_FORMAT, "TIFF")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF", "BMP", "GIF"])
def test_a_photo_cut_off_is_told_from_no_photo(kind: str) -> None:
    """A file that was cut off in mid-upload is refused as TRUNCATED, never shown half grey."""
    assert refusal_of(photos.truncated(in_kind(kind, photos.selfie()))).reason is Reason.TRUNCATED


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "AVIF"])
def test_animations_are_refused(kind: str) -> None:
    """A file with several frames is refused as ANIMATED."""
    assert refusal_of(photos.animated(photos.selfie(), kind)).reason is Reason.ANIMATED


def test_a_decompression_bomb_is_refused_before_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    """400 Mpx in 48 KiB are refused by the header; not one pixel is decoded."""
    monkeypatch.setattr(Image.Image, "load", lambda _: pytest.fail("decoded"))
    assert len(photos.bomb()) < 49 * 1024
    started = time.monotonic()
    assert refusal_of(photos.bomb()).reason is Reason.TOO_MANY_PIXELS
    assert time.monotonic() - started < 2


def test_the_pixel_limit_is_below_pillows_own() -> None:
    """A picture over 50 Mpx that Pillow would open without a word is refused, with its size."""
    refusal = refusal_of(photos.bomb(8_000))
    assert refusal.reason is Reason.TOO_MANY_PIXELS
    assert (refusal.detail["width"], refusal.detail["limit"]) == (8_000, decoding.MAX_PIXELS_WHOLE)


def test_only_cameras_kinds_may_be_huge() -> None:
    """25 Mpx are taken as JPEG, which is decoded smaller, and refused as PNG, which would fill the memory."""
    image = Image.new("L", (5_000, 5_000))
    assert decode(photos.encoded(image, "JPEG")).shape[0] <= 5_000
    assert refusal_of(photos.encoded(image, "PNG")).reason is Reason.TOO_MANY_PIXELS


def test_a_jpeg_of_endless_scans_is_refused_before_decoding() -> None:
    """A small file that would have its pixels gone over 2,000 times is refused at once; ten scans are a photo."""
    assert refusal_of(scans(2_000)).reason is Reason.TRUNCATED
    assert decode(photos.encoded(photos.picture(photos.selfie()), "JPEG", progressive=True)).any()


def test_too_many_bytes_are_refused() -> None:
    """A file over 20 MiB is refused unread."""
    refusal = refusal_of(photos.selfie() + bytes(20 * 1024 * 1024))
    assert (refusal.reason, refusal.detail["limit"]) == (Reason.TOO_LARGE, 20 * 1024 * 1024)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_large_photo_is_decoded_smaller(kind: str) -> None:
    """No photo leaves with a side over 4096 px, and its proportions stay."""
    seen = decode(photos.encoded(Image.new("RGB", (9000, 1500), (10, 200, 30)), kind))
    assert abs(seen.shape[1] - 4096) <= 404
    assert seen.shape[1] <= 4500
    assert seen.shape[1] / seen.shape[0] == pytest.approx(6, abs=0.02)


@pytest.mark.parametrize("mode", ["P", "1", "LA", "CMYK", "I;16"])
def test_large_photos_of_any_mode_are_decoded_smaller(mode: str) -> None:
    """A large picture keeps its colours when it shrinks, whatever its mode."""
    image = Image.new("L", (6000, 40), 255).convert(mode) if mode != "I;16" else Image.new(mode, (6000, 40), 65535)
    seen = decode(photos.encoded(image, "JPEG" if mode == "CMYK" else "PNG"))
    assert seen.shape == (27, 4096, 3)
    assert seen.min() > 250


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (5000, 1)])
def test_the_thinnest_pictures_are_pictures(size: tuple[int, int]) -> None:
    """A picture of one pixel's width decodes, and loses no dimension when it is shrunk."""
    seen = decode(photos.encoded(Image.new("RGB", size), "PNG"))
    assert min(seen.shape) >= 1


def test_no_memory_is_a_reason_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """A decoder that runs into the child's memory limit refuses the photo and does not end the child."""

    def no_memory(_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(Image.Image, "load", no_memory)
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", no_memory)
    assert refusal_of(photos.selfie()).reason is Reason.TOO_MANY_PIXELS
