"""Avatar events in a group: opened by its owner, joined in private, shown to the group by those who wish it."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from limner.bots.telegram.hosting import read_plan
from limner.storage import Balance
from limner.tests.bots.telegram.conftest import Line
from limner.tests.fakes.talk import png
from limner.tests.fakes.telegram import Group, Person, TelegramServer, Voice

GROUP, TOPIC = -1001000000001, 7
PATIENCE_S = 30.0


@pytest.fixture
def group(server: TelegramServer, ann: Person) -> Group:
    """Give a forum that belongs to Ann."""
    group = server.group(GROUP, topics={TOPIC: "Portraits"})
    group.make_owner(ann)
    return group


async def opened(there: Voice, line: str = "/event pencil 2h 20") -> None:
    """Open an event in a topic, and wait for its announcement."""
    await there.send(line)
    await there.wait("Avatar event!")


async def takes_part(line: Line, person: Person, link: str, *, shown: bool = False) -> None:
    """Let somebody whose photos are there already follow the link, and say whether the group may see the result."""
    await line.with_photos(person)
    await person.follow(link)
    await person.wait("Avatar event: Friends")
    if shown:
        await person.press("Show mine to the group")
        await person.wait("Your best portrait is shown to the group")


def pictures(group: Group) -> list[str]:
    """List the words of the pictures that are in the group."""
    return [seen.text for seen in group.messages if seen.photo]


async def test_an_event_from_its_announcement_to_the_poster(
    line: Line, ann: Person, group: Group, server: TelegramServer
) -> None:
    """A member joins by the link, sends photos, is painted at the host's cost, shown as they wish, and hung."""
    there = group.join(ann, TOPIC)
    await opened(there)
    bob = server.person(1002, first_name="Bob")
    await takes_part(line, bob, group.join(bob, TOPIC).link("Take part"), shown=True)
    await bob.press("Paint mine")
    await bob.wait("What shall come next?", PATIENCE_S)
    await there.wait("Bob, style Pencil", PATIENCE_S)
    await there.send("/event end")
    await there.wait("The avatar event is over. One person has portraits.", PATIENCE_S)
    await there.wait("All together: Friends", PATIENCE_S)
    assert {seen.thread_id for seen in group.messages if seen.from_bot} == {TOPIC}
    host, member = await line.user(ann), await line.user(bob)
    assert await line.storage.quota.balance(host.id) == Balance(8, 0, 4, 12)
    assert await line.storage.quota.balance(member.id) == Balance(12, 0, 0, 12)


async def test_somebody_new_agrees_sends_photos_and_presses_done(
    line: Line, ann: Person, group: Group, server: TelegramServer
) -> None:
    """The consent comes first, then photos; Done begins the event's portraits, and nobody else sees them."""
    await opened(group.join(ann, TOPIC))
    bob = server.person(1002, first_name="Bob")
    await bob.follow(group.join(bob, TOPIC).link("Take part"))
    await bob.wait("You are invited to an avatar event")
    await bob.press("I agree")
    await bob.wait("Nobody else sees your portraits")
    for n in range(3):
        await bob.photo(png(80 * n, 64))
    await bob.wait("enough to begin")
    await bob.press("Done")
    await bob.wait("What shall come next?", PATIENCE_S)
    assert not pictures(group)
    await bob.send("/status")
    await bob.wait("have")
    community = await line.storage.users.community("telegram", str(GROUP))
    event = await line.storage.events.of_community(community.id)
    assert event is not None
    assert await line.storage.events.joining((await line.user(bob)).id) is None


async def test_who_wants_it_no_more_is_taken_from_the_gallery_and_the_poster(
    line: Line, ann: Person, group: Group, server: TelegramServer
) -> None:
    """Hiding one's portrait, and deleting everything, take the posts away, also after the end."""
    there = group.join(ann, TOPIC)
    await opened(there)
    people = [server.person(1010 + n, first_name=name) for n, name in enumerate(("Bob", "Cem"))]
    for person in people:
        await takes_part(line, person, group.join(person, TOPIC).link("Take part"), shown=True)
        await person.press("Paint mine")
        await there.wait(f"{person.user.first_name}, style Pencil", PATIENCE_S)
    await there.send("/event end")
    await there.wait("All together", PATIENCE_S)
    bob, cem = people
    await bob.press("Do not show mine")
    await group_has(there, lambda words: "Bob, style Pencil" not in words)
    await cem.send("/delete")
    await cem.wait("Shall I?")
    await cem.press("Delete everything")
    await group_has(there, lambda words: not words)


async def test_a_post_that_is_too_old_to_be_deleted_shows_nobody(
    line: Line, ann: Person, group: Group, server: TelegramServer
) -> None:
    """After two days, when Telegram deletes no message of the bot's any more, another picture stands in its place."""
    there = group.join(ann, TOPIC)
    await opened(there)
    bob = server.person(1002, first_name="Bob")
    await takes_part(line, bob, group.join(bob, TOPIC).link("Take part"), shown=True)
    await bob.press("Paint mine")
    await there.wait("Bob, style Pencil", PATIENCE_S)
    (post,) = [message for message in there.chat.messages.values() if "photo" in message]
    before = post["photo"]
    post["date"] -= 3 * 24 * 3600
    await bob.press("Do not show mine")
    await group_has(there, lambda words: words == [""])
    assert post["photo"] != before


async def group_has(there: Voice, reached: Callable[[list[str]], bool]) -> None:
    """Wait until the pictures in a group are as they should be."""
    async with asyncio.timeout(PATIENCE_S):
        while not reached([seen.text for seen in there.messages if seen.photo]):
            await there.chat.changed.wait()


async def test_only_who_runs_the_group_holds_events(
    line: Line, ann: Person, group: Group, server: TelegramServer
) -> None:
    """A member who is no administrator is told so; a second event, and wrong figures, are answered in words."""
    bob = group.join(server.person(1002, first_name="Bob"), TOPIC)
    await bob.send("/event pencil")
    await bob.wait("Only administrators of this group")
    there = group.join(ann, TOPIC)
    for wrong, answer in (
        ("/event", "An avatar event paints everybody"),
        ("/event cancel", "There is no event here"),
        ("/event nonsense", "There is no style called"),
        ("/event pencil 5m", "from 10 minutes to 14 days"),
        ("/event pencil 1", "for 2 to 200 members"),
        ("/event pencil group", "needs a quota of at least 4 portraits"),
    ):
        await there.send(wrong)
        await there.wait(answer)
    await opened(there)
    await there.send("/event pencil")
    await there.wait("an event here that has not ended")
    await there.send("/event")
    await there.wait("Nobody takes part yet")


async def test_an_event_that_is_called_off_gives_back_what_has_not_begun(
    line: Line, ann: Person, group: Group, server: TelegramServer
) -> None:
    """Who waits is told, nothing is charged, and nobody can join any more."""
    there = group.join(ann, TOPIC)
    await opened(there)
    link = there.link("Take part")
    bob, cem = server.person(1002, first_name="Bob"), server.person(1003, first_name="Cem")
    line.worker.paused.clear()
    await takes_part(line, bob, link)
    await bob.press("Paint mine")
    await bob.wait("Training", PATIENCE_S)
    await takes_part(line, cem, link)
    await cem.press("Paint mine")
    await cem.wait("on it")
    await there.send("/event cancel")
    await there.wait("The avatar event was called off", PATIENCE_S)
    await cem.wait("nothing was charged", PATIENCE_S)
    line.worker.paused.set()
    await bob.wait("What shall come next?", PATIENCE_S)
    assert await line.storage.quota.balance((await line.user(ann)).id) == Balance(8, 0, 4, 12)
    late = server.person(1004)
    await late.follow(link)
    await late.wait("takes nobody any more")


async def test_a_group_that_throws_the_bot_out_ends_its_event(
    line: Line, ann: Person, group: Group, server: TelegramServer
) -> None:
    """Whoever is being painted still gets their portraits in private; the event is given up."""
    await opened(group.join(ann, TOPIC))
    bob = server.person(1002, first_name="Bob")
    await takes_part(line, bob, group.join(bob, TOPIC).link("Take part"), shown=True)
    group.remove_bot(ann)
    await bob.press("Paint mine")
    await bob.wait("What shall come next?", PATIENCE_S)
    async with asyncio.timeout(PATIENCE_S):
        while await line.storage.events.unfinished("telegram"):  # noqa: ASYNC110  (a row, for which there is no event)
            await asyncio.sleep(0.05)


async def test_an_event_goes_with_its_group(line: Line, ann: Person, server: TelegramServer) -> None:
    """A group that becomes a supergroup has the announcement again, under its new id."""
    group = server.group(-555)
    group.make_owner(ann)
    await opened(group.join(ann))
    moved = server.migrate_chat(-555, -1005550000000)
    await moved.join(ann).wait("Avatar event!", PATIENCE_S)


def test_a_plan_is_read_in_any_order(line: Line) -> None:
    """Style by name or title, time, number, gallery and payer are told apart; more words than these say nothing."""
    phrases = line.application.parts.desk.renderer_for("en").phrases
    plan = read_plan("3h Pencil 20 nogallery group", phrases)
    assert plan is not None
    assert (plan.style, plan.lasts, plan.most_members) == ("pencil", timedelta(hours=3), 20)
    assert (plan.gallery, plan.payer) == (False, "community")
    assert read_plan("pencil please", phrases) is None
    assert read_plan("3h", phrases) is None
