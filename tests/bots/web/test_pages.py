"""The open pages: what they remember, and for whom."""

import asyncio

from limner.bots.replies import ProgressShown, QueueMoved
from limner.bots.web.pages import BACKLOG, PEOPLE, REMEMBERED, Message, Page, Pages


def drain(page: Page) -> list[Message | None]:
    """Take everything from a page's line."""
    return [page.queue.get_nowait() for _ in range(page.queue.qsize())]


def test_a_page_that_comes_back_gets_what_it_missed() -> None:
    """Messages after the last one seen come again, in order."""
    pages = Pages()
    cursor = pages.cursor("a")
    sent = [pages.tell("a", "changed", n) for n in range(5)]
    assert drain(pages.open("a", cursor)) == sent
    assert drain(pages.open("a", sent[2].id)) == sent[3:]
    assert drain(pages.open("a", sent[-1].id)) == []


def test_too_much_missed_means_drawing_anew() -> None:
    """A page that missed more than is remembered is told to look again, from now on."""
    pages = Pages()
    cursor = pages.cursor("a")
    for n in range(REMEMBERED + 1):
        pages.tell("a", "changed", n)
    (resync,) = drain(pages.open("a", cursor))
    assert resync is not None
    assert (resync.event, resync.id) == ("resync", pages.cursor("a"))


def test_somebody_who_was_forgotten_here_draws_anew() -> None:
    """With very many people, those without a page are let go; their old numbers are not taken for new ones."""
    pages = Pages()
    cursor = pages.cursor("a")
    for n in range(PEOPLE + 1):
        pages.tell(f"other{n}", "changed", n)
    for n in range(3):
        pages.tell("a", "changed", n)
    assert [message.event for message in drain(pages.open("a", cursor)) if message] == ["resync"]


def test_open_pages_are_never_let_go() -> None:
    """Somebody whose page is open stays reachable, however many others come."""
    pages = Pages()
    pages.open("a", None)
    for n in range(PEOPLE + 10):
        pages.tell(f"other{n}", "changed", n)
    assert pages.reachable("a")
    assert not pages.reachable("other3")


async def test_progress_is_dropped_before_results() -> None:
    """On a full line progress is left out; a message that counts closes the line, so that the page catches up."""
    pages = Pages()
    page = pages.open("a", None)
    for n in range(BACKLOG + 5):
        await pages.progress("a", ProgressShown("r", "train", n, 500, None))
    assert page.queue.qsize() == BACKLOG
    pages.tell("a", "changed", "x")
    assert drain(page) == [None]


async def test_the_latest_progress_is_known() -> None:
    """The newest progress of a request is kept for a page that is drawn anew; a place in the queue is not progress."""
    pages = Pages()
    assert pages.latest_progress("a", "r") is None
    await pages.progress("a", ProgressShown("r", "train", 7, 9, None))
    await pages.progress("a", QueueMoved("r", 1))
    latest = pages.latest_progress("a", "r")
    assert latest is not None
    assert latest.done == 7


async def test_a_result_is_told_once_to_each_page_and_never_counts_as_arrived() -> None:
    """The same notice goes to a page once; a page that opens later gets it too; only the page itself confirms it."""
    pages = Pages()
    page = pages.open("a", None)
    assert await pages.deliver("a", "notice", []) is False
    assert await pages.deliver("a", "notice", []) is False
    assert len(drain(page)) == 1
    later = pages.open("a", None)
    await pages.deliver("a", "notice", [])
    assert len(drain(later)) == 1


async def test_closing_ends_every_line() -> None:
    """When the server stops, every page's line ends at once."""
    pages = Pages()
    page = pages.open("a", None)
    pages.close()
    async with asyncio.timeout(1):
        assert await page.queue.get() is None
