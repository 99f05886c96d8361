"""Events kept going from storage alone, by a clock that is turned, on a stage that writes down what it is told."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from limner.bots.errors import PlaceGoneError
from limner.bots.keeper import Keeper
from limner.queue.messages import MakePoster
from limner.storage import AvatarEvent, Balance, NewEvent, NewPortrait, Storage, User
from limner.storage.events import Counts
from limner.storage.galleries import Show
from limner.tests.fakes.queue_client import FakeQueue
from limner.tests.fakes.talk import migrated, png, queue, storage

__all__ = ["migrated", "queue", "storage"]

BEGAN = datetime(2030, 1, 1, tzinfo=UTC)


@dataclass
class FakeStage:
    """Writes down what is shown where; a place that is gone refuses everything."""

    gone: bool = False
    said: list[str] = field(default_factory=list)
    posts: dict[str, str] = field(default_factory=dict)

    async def announce(self, event: AvatarEvent, counts: Counts) -> str | None:
        """Post or edit the announcement."""
        self.check()
        self.said.append(f"{'edit' if event.announcement else 'post'}: {counts.members} members, {counts.made} made")
        return event.announcement or "1"

    async def show(self, event: AvatarEvent, show: Show, portrait: bytes) -> str:
        """Post a portrait."""
        return self.post(show.name)

    async def take_away(self, event: AvatarEvent, reference: str) -> None:
        """Delete a post."""
        self.check()
        self.posts.pop(reference, None)

    async def hang_poster(self, event: AvatarEvent, poster: bytes) -> str:
        """Post the poster."""
        return self.post(poster.decode())

    async def end(self, event: AvatarEvent, counts: Counts) -> None:
        """Say how it ended."""
        self.check()
        self.said.append(f"{event.state}: {counts.made} made")

    def post(self, what: str) -> str:
        """Keep a post under a new reference."""
        self.check()
        reference = str(100 + len(self.said) + len(self.posts))
        while reference in self.posts:
            reference += "0"
        self.posts[reference] = what
        return reference

    def check(self) -> None:
        """Raise where the place is gone."""
        if self.gone:
            raise PlaceGoneError("The group is gone.")


@dataclass
class Hall:
    """An event with its keeper, and the means to let people take part."""

    storage: Storage
    queue: FakeQueue
    stage: FakeStage
    keeper: Keeper
    event: AvatarEvent
    host: User
    turned: timedelta = timedelta()
    seconds: float = 0.0

    async def member(self, name: str, *, gallery: bool = True) -> tuple[User, str]:
        """Let somebody take part and ask for portraits; give their request."""
        user = await self.storage.users.get_or_create("web", name)
        await self.storage.events.join(self.event.id, user.id, name, gallery=gallery)
        set_id = await self.storage.photos.open_set(user.id)
        payer = self.event.payer_id
        request = await self.storage.requests.accept(
            user.id, set_id, "oil", 2, 7, event_id=self.event.id, payer_id=payer
        )
        return user, request.id

    async def painted(self, request_id: str) -> None:
        """Let a request be made."""
        await self.storage.requests.made(request_id, [NewPortrait(n, png(n), 0.5, n, "oil") for n in range(2)])

    async def sweeps(self, times: int = 4) -> AvatarEvent:
        """Let the keeper look several times, a minute apart; give the event as it is then."""
        for _ in range(times):
            self.seconds += 60.0
            await self.keeper.sweep()
        return await self.storage.events.get(self.event.id)


@pytest.fixture
async def hall(storage: Storage, queue: FakeQueue) -> Hall:
    """Give an event of an hour that has just been opened."""
    host = await storage.users.get_or_create("web", "host")
    there = await storage.users.community("web", "g")
    ends = BEGAN + timedelta(hours=1)
    new = NewEvent(there.id, host.id, host.id, "web", "g", "Friends", "en", "oil", 2, 9, gallery=True, ends_at=ends)
    stage = FakeStage()
    keeper = Keeper(storage, queue, "web", stage, lambda: BEGAN + made.turned, now=lambda: made.seconds)
    made = Hall(storage, queue, stage, keeper, await storage.events.create(new), host)
    return made


async def test_the_announcement_counts_and_is_not_repeated(hall: Hall) -> None:
    """One announcement, edited when somebody joins, and left alone while nothing changes."""
    await hall.sweeps(3)
    await hall.member("ann")
    await hall.sweeps(3)
    assert hall.stage.said == ["post: 0 members, 0 made", "edit: 1 members, 0 made"]


async def test_edits_of_an_announcement_are_seldom(hall: Hall) -> None:
    """However often somebody joins, a quarter of a minute lies between two edits."""
    await hall.sweeps(1)
    for name in ("ann", "bob", "cem"):
        await hall.member(name)
        hall.seconds += 3.0
        await hall.keeper.sweep()
    assert hall.stage.said == ["post: 0 members, 0 made"]
    await hall.sweeps(1)
    assert hall.stage.said[1:] == ["edit: 3 members, 0 made"]


async def test_it_ends_by_the_clock_once_the_last_portraits_are_painted(hall: Hall) -> None:
    """After its time nobody joins; who is being painted is waited for; then the end and the poster come, once."""
    _, request_id = await hall.member("ann")
    hall.turned = timedelta(hours=2)
    assert (await hall.sweeps()).state == "closing"
    await hall.painted(request_id)
    assert (await hall.sweeps()).state == "ended"
    assert hall.queue.posters == [MakePoster(hall.event.id, 1)]
    await hall.storage.galleries.save_poster(hall.event.id, 1, b"poster")
    await hall.sweeps()
    assert sorted(hall.stage.posts.values()) == ["ann", "poster"]
    assert hall.stage.said.count("ended: 1 made") == 1
    assert not await hall.storage.events.unfinished("web")


async def test_a_clock_that_is_put_back_opens_nothing_again(hall: Hall) -> None:
    """What has closed stays closed, whatever the clock says afterwards."""
    hall.turned = timedelta(hours=2)
    assert (await hall.sweeps()).state == "ended"
    hall.turned = timedelta(hours=-2)
    assert (await hall.sweeps()).state == "ended"


async def test_an_event_that_nobody_joins_ends_in_words(hall: Hall) -> None:
    """No gallery, no poster, one sentence."""
    hall.turned = timedelta(hours=2)
    assert (await hall.sweeps()).poster_wanted == 0
    assert hall.stage.said[-1] == "ended: 0 made"
    assert not hall.stage.posts
    assert not hall.queue.posters


async def test_only_what_is_wished_is_shown(hall: Hall) -> None:
    """Who did not agree is never posted, and who takes it back is taken away, also from the poster."""
    (ann, first), (_, second) = await hall.member("ann"), await hall.member("bob", gallery=False)
    for request_id in (first, second):
        await hall.painted(request_id)
    hall.turned = timedelta(hours=2)
    await hall.sweeps()
    await hall.storage.galleries.save_poster(hall.event.id, 1, b"poster")
    await hall.sweeps()
    assert sorted(hall.stage.posts.values()) == ["ann", "poster"]
    await hall.storage.events.set_gallery(hall.event.id, ann.id, gallery=False)
    assert not (await hall.sweeps()).poster
    assert not hall.stage.posts
    assert not await hall.storage.events.unfinished("web")


async def test_a_poster_is_never_hung_with_somebody_who_has_left_it(hall: Hall) -> None:
    """A version that is no longer wanted is not shown; the next one takes the place of the one before."""
    (ann, first), (_, second) = await hall.member("ann"), await hall.member("bob")
    for request_id in (first, second):
        await hall.painted(request_id)
    hall.turned = timedelta(hours=2)
    await hall.sweeps()
    await hall.storage.events.leave(hall.event.id, ann.id)
    await hall.sweeps(1)
    await hall.storage.galleries.save_poster(hall.event.id, 1, b"with ann")
    await hall.sweeps()
    assert sorted(hall.stage.posts.values()) == ["bob"]
    await hall.storage.galleries.save_poster(hall.event.id, 2, b"without ann")
    await hall.sweeps()
    assert sorted(hall.stage.posts.values()) == ["bob", "without ann"]


async def test_the_poster_before_is_gone_whatever_breaks_in_between(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A poster with somebody who has left it is taken away though the first try at that failed."""
    (ann, first), (_, second) = await hall.member("ann"), await hall.member("bob")
    for request_id in (first, second):
        await hall.painted(request_id)
    hall.turned = timedelta(hours=2)
    await hall.sweeps()
    await hall.storage.galleries.save_poster(hall.event.id, 1, b"with ann")
    await hall.sweeps()
    await hall.storage.events.leave(hall.event.id, ann.id)
    await hall.sweeps(1)
    await hall.storage.galleries.save_poster(hall.event.id, 2, b"without ann")
    works, fails = hall.stage.take_away, iter((True,))

    async def flaky(event: AvatarEvent, reference: str) -> None:
        if next(fails, False):
            raise OSError("The network is away.")
        await works(event, reference)

    monkeypatch.setattr(hall.stage, "take_away", flaky)
    await hall.sweeps()
    assert sorted(hall.stage.posts.values()) == ["bob", "without ann"]


async def test_what_has_not_begun_is_given_back_when_an_event_is_called_off(hall: Hall) -> None:
    """Waiting requests are cancelled and refunded, in the queue too; one that is being painted goes on."""
    (_, running), (_, waiting) = await hall.member("ann"), await hall.member("bob")
    await hall.storage.requests.start(running, 0)
    await hall.storage.events.move(hall.event.id, "open", "cancelled")
    await hall.sweeps()
    assert hall.queue.cancelled == [waiting]
    assert (await hall.storage.requests.get(running)).state == "running"
    assert await hall.storage.quota.balance(hall.host.id) == Balance(10, 2, 0, 12)
    assert hall.stage.said[-1] == "cancelled: 0 made"


async def test_an_event_whose_place_is_gone_is_given_up(hall: Hall) -> None:
    """Nothing is tried for ever in a group that is gone; what waited is given back."""
    _, waiting = await hall.member("ann")
    hall.stage.gone = True
    assert (await hall.sweeps()).state == "cancelled"
    assert (await hall.storage.requests.get(waiting)).state == "cancelled"
    assert not await hall.storage.events.unfinished("web")


@pytest.mark.parametrize("broken", ["announce", "show", "hang_poster", "end"])
async def test_whatever_breaks_is_done_by_a_later_look(
    hall: Hall, broken: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A call that fails twice, as on a lost network, is made again, and everything comes in the end."""
    works: Callable[..., object] = getattr(hall.stage, broken)
    fails = iter((True, True))

    async def flaky(*args: object) -> object:
        if next(fails, False):
            raise OSError("The network is away.")
        return await works(*args)  # type: ignore[misc]

    monkeypatch.setattr(hall.stage, broken, flaky)
    _, request_id = await hall.member("ann")
    await hall.painted(request_id)
    await hall.sweeps()
    hall.turned = timedelta(hours=2)
    await hall.sweeps()
    await hall.storage.galleries.save_poster(hall.event.id, 1, b"poster")
    await hall.sweeps(8)
    assert sorted(hall.stage.posts.values()) == ["ann", "poster"]
    assert not await hall.storage.events.unfinished("web")
    assert "trying again" in caplog.text
