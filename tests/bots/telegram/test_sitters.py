"""Another sitter on Telegram: a question with two buttons, which go when one is pressed."""

import pytest

from limner.storage import ChatState
from limner.tests.bots.telegram.conftest import Line
from limner.tests.fakes.talk import FIRST, SECOND, png
from limner.tests.fakes.telegram import Person

ASKED = "somebody else than before"


async def ready(line: Line, ann: Person) -> str:
    """Let Ann have had one person painted, and have sent photos of another; return their set."""
    user, photos = await line.agreed(ann), line.storage.photos
    former = await photos.open_set(user.id)
    await line.storage.sitters.keep(user.id, former, FIRST)
    await photos.close_set(former)
    set_id = await photos.open_set(user.id)
    for n in range(3):
        photo = await photos.add(user.id, set_id, png(100 + n))
        await photos.accept(photo.id, embedding=SECOND, thumbnail=png(1), quality={})
    await line.storage.users.set_state(user.id, ChatState("choosing"))
    return set_id


@pytest.mark.parametrize("answer, told", [("Yes, they agreed", "Which style"), ("No", "The photos are deleted")])
async def test_another_sitter_is_asked_about(line: Line, ann: Person, answer: str, told: str) -> None:
    """A yes leads to the styles, a no deletes the photos; the question keeps no buttons."""
    set_id = await ready(line, ann)
    await ann.wait(lambda seen: "Done" in seen.buttons)
    await ann.press("Done")
    question = await ann.wait(ASKED)
    assert question.buttons == ["Yes, they agreed", "No"]
    await ann.press(answer)
    await ann.wait(told)
    assert bool(await line.storage.photos.of_set(set_id)) == (answer != "No")
    assert not next(seen for seen in ann.messages if ASKED in seen.text).buttons
