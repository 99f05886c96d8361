"""One face in a photo, one person in a set, every photo once."""

import numpy as np
import pytest

from limner.engine.errors import PhotoRefusedError
from limner.engine.faces import Analyser, Detection, EmbeddingSpace, Floats, distance
from limner.engine.preprocess.analyser import SPACE
from limner.engine.preprocess.decode import decode
from limner.engine.preprocess.identity import check_against, one_identity, only_face
from limner.engine.refusal import Reason
from limner.tests.fakes import photos


def somebody(person: int, photo: int) -> Floats:
    """Return an embedding as dlib's lie: photos of one person about 0.4 apart, two people about 0.9."""
    centre = np.random.default_rng(person).standard_normal(128)
    own = np.random.default_rng([person, photo]).standard_normal(128)
    return (0.63 * centre / np.linalg.norm(centre) + 0.28 * own / np.linalg.norm(own)).astype(np.float32)


def face(width: int) -> Detection:
    """Return a square face of some width."""
    return Detection((0, 0, width, width), np.zeros((68, 2), np.float32), 1.0)


def reasons(embeddings: list[Floats]) -> list[str | None]:
    """Judge a set and return the reasons alone."""
    return [refusal.reason.value if refusal else None for refusal in one_identity(embeddings, SPACE)]


def test_the_nearest_person_counts_when_clearly_in_front() -> None:
    """A face four times as large as the second is the one; below that there are several."""
    assert only_face([face(100), face(50)]).width == 100
    with pytest.raises(PhotoRefusedError) as caught:
        only_face([face(100), face(51), face(20)])
    assert caught.value.refusal.reason is Reason.SEVERAL_FACES
    assert caught.value.refusal.detail == {"faces": 2}


def test_nobody_is_no_face() -> None:
    """A photo without a face is refused as NO_FACE."""
    with pytest.raises(PhotoRefusedError) as caught:
        only_face([])
    assert caught.value.refusal.reason is Reason.NO_FACE


def test_the_majority_is_the_sitter_wherever_the_stranger_stands() -> None:
    """The odd one out is refused whether it comes first, in the middle or last; an empty set is no error."""
    own = [somebody(1, n) for n in range(3)]
    for place in range(4):
        mixed = [*own[:place], somebody(2, 0), *own[place:]]
        expected: list[str | None] = [None] * 4
        expected[place] = "another_person"
        assert reasons(mixed) == expected
    assert reasons([]) == []


def test_between_equals_the_first_photo_decides() -> None:
    """Of two photos of two people the first one's is the sitter."""
    assert reasons([somebody(1, 0), somebody(2, 0)]) == [None, "another_person"]


def test_the_same_photo_three_times_counts_once() -> None:
    """Copies are refused as duplicates, and have no vote against another person's photos."""
    one = somebody(1, 0)
    assert reasons([one, one, one]) == [None, "duplicate", "duplicate"]
    assert reasons([one, one, one, somebody(2, 0), somebody(2, 1)]) == [
        "another_person",
        "duplicate",
        "duplicate",
        None,
        None,
    ]


def test_a_new_photo_is_compared_with_its_set() -> None:
    """Against known photos: the same person passes, a stranger and a copy do not, and the first photo always does."""
    known = [somebody(1, 0), somebody(1, 1)]
    check_against(somebody(2, 0), [], SPACE)
    check_against(somebody(1, 2), known, SPACE)
    for embedding, reason in ((somebody(2, 0), Reason.ANOTHER_PERSON), (known[1], Reason.DUPLICATE)):
        with pytest.raises(PhotoRefusedError) as caught:
            check_against(embedding, known, SPACE)
        assert caught.value.refusal.reason is reason


def test_a_mean_of_unit_embeddings_lets_no_stranger_in() -> None:
    """However many photos of one person are known, a stranger at a right angle to all of them stays outside."""
    space = EmbeddingSpace(width=512, same_person=1.2, same_photo=0.2, unit=True)
    far_apart = list(np.eye(12, 512, dtype=np.float32) * 0.8 + np.eye(1, 512, 20, dtype=np.float32) * 0.6)
    check_against(far_apart[0], far_apart[1:], space)
    with pytest.raises(PhotoRefusedError) as caught:
        check_against(np.eye(1, 512, 30, dtype=np.float32)[0], far_apart, space)
    assert caught.value.refusal.reason is Reason.ANOTHER_PERSON


@pytest.mark.parametrize("person", photos.SITTERS)
def test_a_photo_saved_again_is_the_same_photo(analyser: Analyser, person: str) -> None:
    """Recompressed or shrunk by a third it is a duplicate; the sitter's other photos are not."""
    image = photos.picture(photos.portrait(person))
    smaller = image.resize((image.width * 2 // 3, image.height * 2 // 3))
    files = [photos.portrait(person), photos.encoded(image, quality=60), photos.encoded(smaller)]
    files += [photos.selfie(person), photos.expression(person, "happy"), photos.expression(person, "sad")]
    embeddings = []
    for file in files:
        pixels = decode(file)
        embeddings.append(analyser.embed(pixels, analyser.detect(pixels)[0]))
    first, *others = embeddings
    assert all(distance(first, copy) < SPACE.same_photo for copy in others[:2])
    assert reasons(embeddings) == [None, "duplicate", "duplicate", None, None, None]
