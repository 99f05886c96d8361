"""The operator's commands about requests, against a real storage."""

import asyncio
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from limner.deploy.cli import main
from limner.deploy.compose import migrated, storage_of
from limner.deploy.settings import Settings
from limner.storage import NewPortrait


def limner(*words: str) -> Result:
    """Run the command in this process."""
    return CliRunner(env={"COLUMNS": "200"}).invoke(main, words)


async def _asked(style: str, outcome: str) -> str:
    """Let telegram:4711 ask for four portraits, with this outcome; give the request's id."""
    settings = Settings.from_env(os.environ)
    await migrated(settings)
    async with storage_of(settings) as storage:
        user = await storage.users.get_or_create("telegram", "4711")
        set_id = await storage.photos.open_set(user.id)
        photo = await storage.photos.add(user.id, set_id, style.encode())
        await storage.photos.accept(photo.id, embedding=b"e", thumbnail=b"t", quality={})
        request = await storage.requests.accept(user.id, set_id, style, 4, 7)
        if outcome == "failed":
            await storage.requests.fail(request.id, "engine_failed")
        elif outcome == "made":
            await storage.requests.made(request.id, [NewPortrait(n, b"png", 0.5, n, style) for n in range(4)])
    return request.id


def asked(style: str = "oil", outcome: str = "failed") -> str:
    """Give the id of a request with this outcome."""
    return asyncio.run(_asked(style, outcome))


def test_an_empty_list_says_so(limner_home: Path) -> None:
    """Where nothing failed and nothing waits, the list says that."""
    assert "Nothing has failed" in limner("jobs").output


def test_what_failed_and_what_waits_is_listed(limner_home: Path) -> None:
    """Each has a line with id, person, state, reason, tries, age and quota; what was made is not there."""
    failed, waiting, made = asked(), asked("comic", "queued"), asked("pencil", "made")
    _, *lines = limner("jobs").output.splitlines()
    assert [line.split()[:3] for line in lines] == [
        [failed, "telegram:4711", "failed"],
        [waiting, "telegram:4711", "queued"],
    ]
    assert lines[0].split()[3:5] == ["engine_failed", "1"]
    assert lines[0].split()[-2:] == ["4", "refunded"]
    assert lines[1].split()[-2:] == ["4", "held"]
    assert made not in limner("jobs").output


def test_a_failed_request_is_tried_again_once(limner_home: Path) -> None:
    """The new request is named, waits in the list beside the old one, and repeating the command makes no other."""
    failed = asked()
    first, second = limner("jobs", "retry", failed), limner("jobs", "retry", failed)
    assert first.exit_code == 0, first.output
    assert first.output == second.output
    _, old, new = limner("jobs").output.splitlines()
    assert "failed, retried" in old
    assert new.split()[0] in first.output
    assert " held" in new


@pytest.mark.parametrize("outcome", ["queued", "made"])
def test_what_did_not_fail_is_not_tried_again(limner_home: Path, outcome: str) -> None:
    """It is refused in one sentence."""
    refused = limner("jobs", "retry", asked(outcome=outcome))
    assert refused.exit_code == 1
    assert refused.stderr.count("\n") == 1
    assert "only a failed one" in refused.stderr


def test_a_retry_that_nobody_can_pay_is_refused(limner_home: Path) -> None:
    """It is refused in one sentence that says how much is missing and what helps."""
    failed = asked()
    for style in ("a", "b", "c", "d", "e", "f"):
        asked(style, "queued")
    refused = limner("jobs", "retry", failed)
    assert refused.exit_code == 2
    assert "needs 4 portraits and its account has 0 left" in refused.stderr
    assert limner("quota", "telegram:4711", "--grant", "4").exit_code == 0
    assert limner("jobs", "retry", failed).exit_code == 0


def test_made_portraits_are_given_back_once(limner_home: Path) -> None:
    """The account has as many more, its history says why, and the second time nothing is changed."""
    made = asked(outcome="made")
    assert limner("jobs", "refund", made).output == "4 portraits went back.\n"
    assert "nothing was changed" in limner("jobs", "refund", made).output
    history = limner("quota", "telegram:4711").output
    assert "24 " in history
    assert history.splitlines()[-1].split()[2:] == ["given", "back", "4", made]


def test_an_unknown_request_is_one_sentence(limner_home: Path) -> None:
    """Neither command knows it, and both say so."""
    for command in ("retry", "refund"):
        refused = limner("jobs", command, "nonsense")
        assert refused.exit_code == 1
        assert refused.stderr == "There is no request 'nonsense' here.\n"
