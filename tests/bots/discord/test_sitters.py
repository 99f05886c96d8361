"""Another sitter on Discord: a question with two buttons, before anything is asked for."""

import pytest

from limner.tests.bots.discord.conftest import Stage
from limner.tests.fakes.talk import SECOND

ASKED = "somebody else than before"


@pytest.mark.parametrize("answer, told", [("Yes, they agreed", "Which style"), ("No", "The photos are deleted")])
async def test_another_sitter_is_asked_about(stage: Stage, answer: str, told: str) -> None:
    """Photos of another person end in a question; a yes leads to the styles, a no deletes the photos."""
    user = await stage.agreed(stage.ann)
    former = await stage.storage.photos.open_set(user.id)
    await stage.storage.sitters.keep(user.id, former, SECOND)
    await stage.storage.photos.close_set(former)
    stage.work()  # all of its photos show the first
    files = {f"selfie{n}": file for n, file in enumerate(stage.selfies(3), 1)}
    sent = await stage.ann.slash(stage.channel, "portrait", style="oil", **files)
    shown = await stage.shows(sent, ASKED)
    set_id = await stage.storage.photos.open_set(user.id)
    assert not await stage.storage.requests.of_user(user.id)
    pressed = await stage.ann.click(shown, label=answer)
    await stage.shows(pressed, told)
    assert bool(await stage.storage.photos.of_set(set_id)) == (answer != "No")
