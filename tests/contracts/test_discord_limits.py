"""The Discord of the tests keeps the limits of messages: texts, files, embeds, edits, channels, and forms."""

import io
from typing import Any

import pytest

from limner.tests.fakes.discord import Upload
from limner.tests.fakes.discord.caller import Bot
from limner.tests.fakes.discord.files import MB

HOUR_S = 3600


@pytest.fixture
def post(bot: Bot) -> str:
    """Give the route of a new message."""
    return f"POST /channels/{bot.general.id}/messages"


def names(count: int) -> dict[str, bytes]:
    """Give so many files."""
    return {f"{number}.png": b"x" for number in range(count)}


async def test_a_text_has_at_most_2000_characters(bot: Bot, post: str) -> None:
    """2,000 pass, one more does not, nor does nothing at all."""
    await bot.rest(post, {"content": "x" * 2000})
    assert await bot.rest.misused(post, {"content": "x" * 2001}) == "content: Must be 2000 or fewer in length."
    nothings: list[dict[str, Any]] = [{}, {"content": " "}, {"content": None, "embeds": []}]
    for nothing in nothings:
        assert await bot.rest.misused(post, nothing) == "Cannot send an empty message"


async def test_a_message_has_at_most_ten_files(bot: Bot, post: str) -> None:
    """Ten pass, eleven do not, nor do ten that stay and one that comes."""
    sent = await bot.rest(post, {}, names(10))
    assert "10 or fewer" in await bot.rest.misused(post, {}, names(11))
    edit = f"PATCH /channels/{bot.general.id}/messages/{sent['id']}"
    assert "10 or fewer" in await bot.rest.misused(edit, {}, {"more.png": b"x"})
    kept = [{"id": each["id"]} for each in sent["attachments"][:9]]
    edited = await bot.rest(edit, {"attachments": [*kept, {"id": 0, "filename": "more.png"}]}, {"more.png": b"x"})
    assert [each["filename"] for each in edited["attachments"]][8:] == ["8.png", "more.png"]
    assert "No file has the id 7" in await bot.rest.misused(edit, {"attachments": [{"id": 7}]})


async def test_a_file_has_at_most_10_mib(bot: Bot, post: str) -> None:
    """Ten mebibytes pass, one byte more is refused with 413 / 40005, in direct messages too; a guild may have more."""
    full = bytes(10 * MB)
    await bot.rest(post, {}, {"a.png": full})
    assert await bot.rest.refused(post, {}, {"a.png": full + b"x"}) == (413, 40005)
    dm = await bot.rest("POST /users/@me/channels", {"recipient_id": str(bot.ann.id)})
    assert await bot.rest.refused(f"POST /channels/{dm['id']}/messages", {}, {"a.png": full + b"x"}) == (413, 40005)
    assert bot.general.guild is not None
    bot.general.guild.upload_most = 50 * MB
    await bot.rest(post, {}, {"a.png": full + b"x"})
    assert await bot.rest.refused(post, {}, {f"{number}.png": bytes(25 * MB) for number in range(5)}) == (413, 40005)


async def test_embeds_are_bounded(bot: Bot, post: str) -> None:
    """At most ten, of 6,000 characters in all, without unknown fields; a picture in one must be there."""
    await bot.rest(post, {"embeds": [{"description": "x" * 600}] * 10})
    for embeds in ([{"title": "x"}] * 11, [{"description": "x" * 3001}] * 2, [{"titel": "x"}], [{"title": "x" * 257}]):
        await bot.rest.misused(post, {"embeds": embeds})
    picture = {"embeds": [{"image": {"url": "attachment://a.png"}}]}
    sent = await bot.rest(post, picture, {"a.png": b"x"})
    assert sent["embeds"][0]["image"]["url"] == sent["attachments"][0]["url"]
    assert "was not found" in await bot.rest.misused(post, picture, {"b.png": b"x"})


async def test_edits_of_old_messages_are_few(bot: Bot, post: str) -> None:
    """Within the hour edits are free; of a message older than that three within a while, then 429 / 30046."""
    sent = await bot.rest(post, {"content": "0"})
    edit = f"PATCH /channels/{bot.general.id}/messages/{sent['id']}"
    for number in range(5):
        await bot.rest(edit, {"content": str(number)})
    bot.rest.server.turn_clock(HOUR_S + 1)
    for number in range(3):
        await bot.rest(edit, {"content": str(number)})
    status, body, _ = await bot.rest.answer(edit, {"content": "too many"})
    assert (status, body["code"]) == (429, 30046)
    assert 19 < body["retry_after"] <= 20
    fresh = await bot.rest(post, {"content": "new"})
    await bot.rest(f"PATCH /channels/{bot.general.id}/messages/{fresh['id']}", {"content": "newer"})
    bot.rest.server.turn_clock(20)
    await bot.rest(edit, {"content": "again"})


async def test_a_nonce_counts_only_where_that_is_asked_for(bot: Bot, post: str) -> None:
    """The same nonce is the same message with `enforce_nonce`, for minutes, in one channel."""
    once = {"content": "One", "nonce": "n", "enforce_nonce": True}
    first = await bot.rest(post, once)
    assert (await bot.rest(post, once))["id"] == first["id"]
    assert len({(await bot.rest(post, {"content": "One", "nonce": "free"}))["id"] for _ in range(2)}) == 2
    bot.rest.server.turn_clock(301)
    assert (await bot.rest(post, once))["id"] != first["id"]
    for nonce in ("x" * 26, True, ""):
        await bot.rest.misused(post, {"content": "One", "nonce": nonce})


async def test_messages_of_others_are_not_edited(bot: Bot) -> None:
    """Another's message is not edited at all, and deleted only with the permission."""
    theirs = await bot.ann.write("Hi", at=bot.general)
    route = f"/channels/{bot.general.id}/messages/{theirs}"
    assert await bot.rest.refused(f"PATCH {route}", {"content": "x"}) == (403, 50005)
    assert await bot.rest.refused(f"DELETE {route}") == (403, 50013)
    assert bot.general.guild is not None
    bot.rest.server.let_bot(bot.general.guild, "MANAGE_MESSAGES")
    await bot.rest(f"DELETE {route}")
    assert await bot.rest.refused(f"GET {route}") == (404, 10008)


async def test_a_reply_needs_its_message(bot: Bot, post: str) -> None:
    """A reply to nothing is refused, unless that may be."""
    reference: dict[str, Any] = {"message_id": "5"}
    await bot.rest.misused(post, {"content": "x", "message_reference": reference})
    reference["fail_if_not_exists"] = False
    assert "message_reference" not in await bot.rest(post, {"content": "x", "message_reference": reference})


async def test_only_answers_are_ephemeral(bot: Bot, post: str) -> None:
    """A message in a channel is for all, and flags that nobody can set are refused."""
    for flags in (1 << 6, 1 << 7, 1 << 1):
        await bot.rest.misused(post, {"content": "x", "flags": flags})


@pytest.mark.parametrize(
    "body",
    [
        {"content": 5},
        {"content": "x", "tts": "yes"},
        {"content": "x", "embed": {}},
        {"content": "x", "flags": True},
        {"content": "x", "attachments": [{"filename": "a.png"}]},
        {"content": "x", "allowed_mentions": {"parse": ["everybody"]}},
        {"content": "x", "message_reference": {"message_id": "abc"}},
        {"content": "x", "components": {}},
        [],
    ],
    ids=str,
)
async def test_a_message_has_its_form(bot: Bot, post: str, body: Any) -> None:
    """Wrong types and unknown fields are refused and a problem; nothing is shown."""
    status, answer, _ = await bot.rest.answer(post, body)
    assert (status, answer["code"], answer["message"]) == (400, 50035, "Invalid Form Body")
    assert answer["errors"]
    assert bot.ann.messages(bot.general) == []
    assert len(bot.rest.server.problems) == 1
    bot.rest.server.problems.clear()


async def test_what_is_no_json_is_refused(bot: Bot, post: str) -> None:
    """A broken body, another content type and an unknown part of a form are refused."""
    url = bot.rest.server.api_base + post.removeprefix("POST ")
    head = {"Authorization": f"Bot {bot.rest.server.token}"}
    wrong: list[dict[str, Any]] = [
        {"data": "{", "headers": head | {"Content-Type": "application/json"}},
        {"data": "content=x", "headers": head | {"Content-Type": "text/plain"}},
        {"data": {"file": io.BytesIO(b"x")}, "headers": head},
    ]
    for how in wrong:
        async with bot.rest.session.post(url, **how) as response:
            assert response.status == 400
    assert len(bot.rest.server.problems) == 3
    bot.rest.server.problems.clear()


async def test_unknown_routes_and_queries_are_problems(bot: Bot) -> None:
    """A misspelt route or query is refused, and a body where none belongs."""
    await bot.rest.misused("GET /user/@me")
    for query in ("limits=5", "limit=0", "limit=101", "before=now"):
        await bot.rest.misused(f"GET /channels/{bot.general.id}/messages?{query}")
    await bot.rest.misused(f"POST /channels/{bot.general.id}/typing", {"for": 5})
    await bot.rest.misused("GET /channels/general")


async def test_the_token_is_needed(bot: Bot, post: str) -> None:
    """Without the bot's token a call is refused with 401, but not where the interaction's token stands for it."""
    status, body, _ = await bot.rest.answer(post, {"content": "x"}, token=False)
    assert (status, body) == (401, {"message": "401: Unauthorized", "code": 0})
    asked = await bot.asked()
    status, _, _ = await bot.rest.answer(bot.callback(asked), {"type": 5}, token=False)
    assert status == 204


async def test_addresses_of_files_end_after_a_day(bot: Bot, post: str) -> None:
    """A file is fetched by its signed address, for a day; a fresh one is in the message as it is read then."""
    sent = await bot.rest(post, {}, {"a b.png": b"data"})
    url = sent["attachments"][0]["url"]
    for address, status in ((url, 200), (url.replace("hm=", "hm=0"), 404), (url.partition("?")[0], 404)):
        async with bot.rest.session.get(address) as response:
            assert response.status == status
    bot.rest.server.turn_clock(24 * HOUR_S)
    async with bot.rest.session.get(url) as response:
        assert response.status == 404
    again = await bot.rest(f"GET /channels/{bot.general.id}/messages/{sent['id']}")
    async with bot.rest.session.get(again["attachments"][0]["url"]) as response:
        assert await response.read() == b"data"
    assert bot.ann.messages(bot.general)[0].files == (Upload("a_b.png", b"data"),)


async def test_direct_messages_need_a_person(bot: Bot) -> None:
    """Nobody and the bot itself are no recipients; the channel with one person is always the same."""
    for wrong in ("5", str(bot.rest.server.application_id)):
        assert await bot.rest.refused("POST /users/@me/channels", {"recipient_id": wrong}) == (400, 50033)
    opened = [await bot.rest("POST /users/@me/channels", {"recipient_id": bot.ann.id}) for _ in range(2)]
    assert opened[0] == opened[1]
