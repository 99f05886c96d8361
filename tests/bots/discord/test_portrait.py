"""/portrait: from nothing to portraits, whatever a person gives with it."""

from limner.bots.account import CONSENT_VERSION
from limner.bots.discord.messages.buttons import AGREE, PHOTOS
from limner.tests.bots.discord.conftest import Stage
from limner.tests.fakes.talk import PORTRAITS, png


async def test_a_stranger_gets_portraits_from_one_form(stage: Stage) -> None:
    """A form with photos and consent is the first answer; what comes next comes by itself, down to the portraits."""
    stage.work()
    shown = await stage.ann.slash(stage.channel, "portrait", style="oil")
    assert shown.modal is not None
    assert shown.modal["title"] == "Photos of one person"
    sent = await stage.ann.submit_modal(shown, {PHOTOS: stage.selfies(3), AGREE: [AGREE]})
    user = await stage.user(stage.ann)
    assert sent.ephemeral
    (request,) = await stage.ended(user)
    assert request.style == "oil"
    assert await stage.storage.users.has_consent(user.id, CONSENT_VERSION)
    (result,) = sent.followups
    assert result.ephemeral
    assert "here are your 4 portraits" in result.content
    assert [await file.read() for file in result.attachments] == [png(60 * n, 64) for n in range(PORTRAITS)]
    assert sent.response is None, "the message that showed progress is gone"
