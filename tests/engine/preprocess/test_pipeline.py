"""A photo's whole way: examined when it arrives, prepared with its set."""

import subprocess
import sys
from collections.abc import Callable
from functools import partial
from hashlib import sha256

import numpy as np
import pytest
from PIL import Image

from limner.engine.faces import Analyser, distance
from limner.engine.preprocess.pipeline import examine, prepare
from limner.engine.refusal import Reason
from limner.tests.fakes import photos
from limner.tests.fakes.analyser import PaperAnalyser, paper_photo


def test_a_good_selfie_is_accepted(analyser: Analyser) -> None:
    """A good photo has an embedding, a small thumbnail without metadata, figures and its hash."""
    photo = photos.rotated_by_exif(photos.selfie("P008"))
    examined = examine(photo, analyser)
    assert examined.refusal is None
    assert examined.embedding is not None
    assert examined.embedding.shape == (128,)
    assert examined.embedding.dtype == np.float32
    assert examined.quality is not None
    assert examined.quality.face_px > 150
    assert examined.sha == sha256(photo).hexdigest()
    assert examined.thumbnail_jpeg is not None
    thumbnail = photos.picture(examined.thumbnail_jpeg)
    assert max(thumbnail.size) == 320
    assert thumbnail.height > thumbnail.width
    assert not thumbnail.getexif()


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1)])
def test_a_picture_of_one_pixel_has_nobody_in_it(analyser: Analyser, size: tuple[int, int]) -> None:
    """The thinnest pictures are refused with a reason, turned by a quarter as well."""
    examined = examine(photos.encoded(Image.new("RGB", size), "PNG"), analyser)
    assert examined.refusal is not None
    assert examined.refusal.reason is Reason.NO_FACE


def blank(photo: bytes) -> bytes:
    """Return a white picture."""
    return photos.encoded(Image.new("RGB", (300, 300), "white"))


def two_people(photo: bytes) -> bytes:
    """Put a second person at the sitter's side."""
    return photos.side_by_side([photo, photos.selfie("P010")], [900, 900])


def of_the_back(photo: bytes) -> bytes:
    """Return the sheet's back view, where no face is."""
    return photos.encoded(photos.picture(photos.original("P007", "character_sheet")).crop((1270, 150, 1720, 630)))


def three_quarter_view(photo: bytes) -> bytes:
    """Return a view from the side."""
    return photos.encoded(photos.picture(photos.original("P001", "character_sheet")).crop((670, 145, 1090, 630)))


BAD_PHOTOS = [
    pytest.param(lambda _: b"", Reason.EMPTY, id="0 bytes"),
    pytest.param(lambda _: b"not a photo", Reason.NOT_AN_IMAGE, id="not an image"),
    pytest.param(lambda _: b"%PDF-1.7", Reason.UNSUPPORTED_FORMAT, id="a pdf"),
    pytest.param(lambda photo: photo + bytes(21 << 20), Reason.TOO_LARGE, id="21 MiB"),
    pytest.param(photos.truncated, Reason.TRUNCATED, id="truncated"),
    pytest.param(lambda _: photos.bomb(), Reason.TOO_MANY_PIXELS, id="20000 x 20000 px in 48 KiB"),
    pytest.param(photos.animated, Reason.ANIMATED, id="animated gif"),
    pytest.param(lambda _: photos.scenery(), Reason.NO_FACE, id="scenery"),
    pytest.param(blank, Reason.NO_FACE, id="white"),
    pytest.param(of_the_back, Reason.NO_FACE, id="from behind"),
    pytest.param(two_people, Reason.SEVERAL_FACES, id="two people"),
    pytest.param(partial(photos.with_face_of, face_px=60, width_now=215), Reason.FACE_TOO_SMALL, id="a 60 px face"),
    pytest.param(partial(photos.blurred, radius=8), Reason.BLURRED, id="blurred"),
    pytest.param(partial(photos.lit, factor=0.2), Reason.TOO_DARK, id="dark"),
    pytest.param(partial(photos.lit, factor=4.0), Reason.TOO_BRIGHT, id="burnt out"),
    pytest.param(three_quarter_view, Reason.TURNED_AWAY, id="from the side"),
]


@pytest.mark.parametrize("spoil, reason", BAD_PHOTOS)
def test_every_bad_photo_has_its_reason(analyser: Analyser, spoil: Callable[[bytes], bytes], reason: Reason) -> None:
    """A bad photo is refused with the reason that fits it; decodable ones are shown with their refusal."""
    examined = examine(spoil(photos.selfie("P007")), analyser)
    assert examined.refusal is not None
    assert examined.refusal.reason is reason
    assert examined.embedding is None
    undecodable = {
        "empty",
        "not_an_image",
        "unsupported_format",
        "too_large",
        "truncated",
        "too_many_pixels",
        "animated",
    }
    assert (examined.thumbnail_jpeg is None) == (reason in undecodable)


def test_every_reason_is_tested() -> None:
    """All reasons of the enumeration appear in these tests: a new one must bring its own bad photo.

    dlib guesses no age, so TOO_YOUNG has its test where the figures are judged (`test_quality`).
    """
    seen = {parameter.values[1] for parameter in BAD_PHOTOS}
    assert seen | {Reason.ANOTHER_PERSON, Reason.DUPLICATE, Reason.TOO_YOUNG} == set(Reason)


@pytest.mark.parametrize(
    "store",
    [
        pytest.param(lambda photo: photo, id="jpeg"),
        pytest.param(lambda photo: photos.encoded(photos.picture(photo), "HEIF", quality=90), id="heic"),
        pytest.param(photos.cmyk, id="cmyk"),
        pytest.param(photos.png16, id="16-bit"),
        pytest.param(photos.palette_with_transparency, id="palette with transparency"),
        pytest.param(photos.rotated_by_exif, id="exif-rotated"),
        pytest.param(photos.sideways, id="sideways without exif"),
        pytest.param(photos.multi_picture, id="mpo"),
    ],
)
def test_unusual_files_of_good_photos_are_the_same_person(analyser: Analyser, store: Callable[[bytes], bytes]) -> None:
    """Whatever file a good photo comes in, it is accepted and shows the same person."""
    plain = examine(photos.selfie("P008"), analyser)
    examined = examine(store(photos.selfie("P008")), analyser)
    assert examined.refusal is None
    assert examined.embedding is not None
    assert plain.embedding is not None
    assert distance(plain.embedding, examined.embedding) < 0.25


def test_somebody_in_the_background_does_no_harm(analyser: Analyser) -> None:
    """A second person at less than half the height is overlooked."""
    together = photos.side_by_side([photos.selfie("P007"), photos.portrait("P010")], [1000, 210])
    alone = examine(photos.selfie("P007"), analyser).embedding
    examined = examine(together, analyser)
    assert examined.refusal is None
    assert examined.embedding is not None
    assert alone is not None
    assert distance(alone, examined.embedding) < 0.25


def test_a_new_photo_is_held_against_its_set(analyser: Analyser) -> None:
    """The second photo of the sitter passes, another person's and the same one again do not."""
    first = examine(photos.selfie("P007"), analyser).embedding
    assert first is not None
    known = [first]
    assert examine(photos.portrait("P007"), analyser, known=known).refusal is None
    stranger = examine(photos.selfie("P010"), analyser, known=known).refusal
    again = examine(photos.selfie("P007"), analyser, known=known).refusal
    assert (stranger and stranger.reason, again and again.reason) == (Reason.ANOTHER_PERSON, Reason.DUPLICATE)


@pytest.mark.parametrize("person", photos.SITTERS)
def test_three_photos_become_three_faces(analyser: Analyser, person: str) -> None:
    """A sitter's three photos become three faces on the template, with mask, embedding and caption."""
    prepared = prepare(photos.three_photos(person), analyser)
    assert prepared.refusals == (None, None, None)
    for face in prepared.faces:
        assert face.image.shape == (128, 128, 3)
        assert face.image.dtype == np.uint8
        assert face.mask.shape == (128, 128)
        assert face.embedding.shape == (128,)
        assert face.caption.startswith("photo of sks person, ")
    assert "smiling" in prepared.faces[2].caption


def test_refused_photos_spare_the_rest(analyser: Analyser) -> None:
    """In a set with every kind of trouble the good photos become faces, and each other one has its own reason."""
    good, copy = photos.selfie("P007"), photos.selfie("P007")
    photo_set = [good, photos.selfie("P010"), photos.portrait("P007"), copy, photos.truncated(good), photos.scenery()]
    prepared = prepare(photo_set, analyser)
    reasons = [refusal and refusal.reason.value for refusal in prepared.refusals]
    assert reasons == [None, "another_person", None, "duplicate", "truncated", "no_face"]
    assert len(prepared.faces) == 2


def test_the_same_photo_three_times_is_one_photo(analyser: Analyser) -> None:
    """One face remains of three copies, and the copies are told."""
    prepared = prepare([photos.portrait("P009")] * 3, analyser)
    assert len(prepared.faces) == 1
    assert [refusal and refusal.reason for refusal in prepared.refusals] == [None, Reason.DUPLICATE, Reason.DUPLICATE]


def test_preparing_is_deterministic(analyser: Analyser) -> None:
    """The same photos give the same faces to the bit, at any size."""
    for size in (128, 200):
        first, second = (prepare(photos.three_photos("P010"), analyser, size=size).faces for _ in range(2))
        for one, other in zip(first, second, strict=True):
            assert (one.image == other.image).all()
            assert (one.mask == other.mask).all()
            assert (one.embedding == other.embedding).all()
            assert one.caption == other.caption


def test_nothing_good_is_an_answer_too(analyser: Analyser) -> None:
    """No photos, or none good, give no faces and no error."""
    assert prepare([], analyser).faces == ()
    assert prepare([b"", b"x"], analyser).faces == ()


def test_the_analyser_is_a_seam() -> None:
    """With paper faces instead of dlib the pipeline runs the same way, up to their flat, blurred skin."""
    photo = photos.encoded(Image.fromarray(paper_photo((7, 100, 100, 150))), "PNG")
    examined = examine(photo, PaperAnalyser())
    assert examined.refusal is not None
    assert examined.refusal.reason is Reason.BLURRED
    assert examined.quality is not None
    assert examined.quality.face_px == 150


def test_no_torch_is_loaded() -> None:
    """Importing the whole of preprocess brings neither torch nor diffusers into the process."""
    code = (
        "import sys, limner.engine.preprocess.pipeline, limner.engine.preprocess.analyser;"
        "sys.exit(bool({'torch', 'diffusers', 'cv2', 'face_recognition_models'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd="/").returncode == 0
