"""A face cut out of a picture and put back: where it was, and nothing else moves."""

import numpy as np
import pytest

from limner.engine.faces import Detection, Pixels
from limner.engine.fuse.region import Region, blend, face_region, put_back
from limner.engine.preprocess.align import apply, inverse
from limner.engine.preprocess.decode import decode
from limner.tests.fakes.analyser import PaperAnalyser, dlib_analyser, paper_photo
from limner.tests.fakes.photos import selfie

SIZE = 64


@pytest.fixture(scope="module", name="photo")
def _photo() -> Pixels:
    return decode(selfie("P009", 600))


@pytest.fixture(scope="module", name="region")
def _region(photo: Pixels) -> Region:
    return face_region(photo, dlib_analyser().detect(photo)[0], 256)


def _tilted(width: int, degrees: float) -> tuple[Pixels, Detection]:
    """Return a grey picture of noise, and a face in its middle that is turned."""
    picture = np.random.default_rng(3).integers(100, 140, (400, 400, 3)).astype(np.uint8)
    (face,) = PaperAnalyser().detect(paper_photo((1, 200 - width // 2, 200 - width // 2, width)))
    turn = np.radians(degrees)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    landmarks = ((face.landmarks - 200) @ rotation.T + 200).astype(np.float32)
    return picture, Detection(face.box, landmarks, 1.0)


def test_what_was_cut_out_fits_back(photo: Pixels, region: Region) -> None:
    """A crop that is put back as it was changes the picture by no more than resampling does."""
    again = put_back(photo, region, region.crop)
    changed = (again != photo).any(axis=2)
    assert changed.any()
    assert np.abs(again.astype(int) - photo)[changed].mean() < 4


@pytest.mark.parametrize("degrees", [0.0, 25.0, -70.0])
@pytest.mark.parametrize("width", [30, 90, 250])
def test_all_outside_of_the_mask_keeps_every_bit(width: int, degrees: float) -> None:
    """Whatever is drawn, in a face larger or smaller than the crop, turned or not: only the mask's pixels change."""
    picture, face = _tilted(width, degrees)
    region = face_region(picture, face, SIZE)
    made = put_back(picture, region, np.full((SIZE, SIZE, 3), (250, 0, 0), np.uint8))
    rows, columns = np.nonzero((made != picture).any(axis=2))
    where = apply(region.transform, np.stack([columns, rows], axis=1).astype(np.float32))
    near = np.pad(region.mask, 4)
    reach = [near[max(0, y) : y + 9, max(0, x) : x + 9].max() for x, y in np.floor(where).astype(int).tolist()]
    assert len(reach) > 50
    assert min(reach) > 0


def test_the_face_lands_where_it_was() -> None:
    """A mark drawn on the canonical mouth is seen at the picture's mouth."""
    picture, face = _tilted(120, 25.0)
    region = face_region(picture, face, SIZE)
    drawn = region.crop.copy()
    drawn[42:47, 30:35] = (250, 0, 0)  # the mouth's middle lies at (0.5, 0.695)
    made = put_back(picture, region, drawn).astype(int)
    red = (made[..., 0] - made[..., 1]) > 80
    rows, columns = np.nonzero(red)
    mouth = apply(inverse(region.transform), np.array([[32, 44]], np.float32))[0]
    assert np.hypot(columns.mean() + 0.5 - mouth[0], rows.mean() + 0.5 - mouth[1]) < 1.0


def test_the_mask_is_the_head(region: Region) -> None:
    """The face is drawn anew; the crop's edge, the shoulders' corners and the wall stay."""
    assert region.mask[100:200, 100:156].min() > 0.99
    assert region.mask[[0, -1]].max() == 0
    assert region.mask[:, [0, -1]].max() == 0
    assert region.mask[-20:, :60].max() == 0
    assert region.mask[-20:, -60:].max() == 0


def test_a_neighbour_is_left_out() -> None:
    """Where two heads touch, the mask of one spares the face of the other."""
    picture = paper_photo((1, 100, 100, 100), (2, 190, 100, 100))
    first, second = sorted(PaperAnalyser().detect(picture), key=lambda face: face.box[0])
    alone, beside = (face_region(picture, first, SIZE, others) for others in ([], [second]))
    x, y = apply(alone.transform, second.landmarks)[1].astype(int)  # the jaw, on the side of the first
    assert alone.mask[y, x + 1] > 0.3
    assert beside.mask[y, x + 1] < 0.15


def test_drawn_colours_meet_their_surroundings(region: Region) -> None:
    """A drawing that came out brighter all over is brought to the light of the picture around it."""
    brighter = (region.crop.astype(int) + 30).clip(0, 255).astype(np.uint8)
    mixed = blend(region, brighter)
    assert np.array_equal(mixed[region.mask == 0], region.crop[region.mask == 0])
    assert np.abs(mixed.astype(int) - region.crop).mean() < 3
