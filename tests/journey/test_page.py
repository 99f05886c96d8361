"""The page in a real Chromium, with a scripted worker behind it: everything a person can do there.

Screenshots stay in build/artefacts. The whole stack is driven with the same hands (driver.py) elsewhere.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from limner.bots.requesting import MOST_TEMPLATED
from limner.storage import Storage, migrate, open_storage
from limner.tests.fakes.studio import PORTRAITS, Studio, lay_photos, open_studio, size_of
from limner.tests.journey.driver import (
    DESKTOP,
    NARROW,
    PHONE,
    Screen,
    Visitor,
    browser,
    find_chromium,
    visitor,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(240),  # some seconds each on an idle machine; a busy one starves the browser
    pytest.mark.asyncio(loop_scope="module"),  # one Chromium for all tests: starting it takes longer than most
    pytest.mark.skipif(find_chromium() is None, reason="There is no Chromium on this machine."),
]

GOOD = ("good0", "good1", "good2")


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a freshly migrated database file to copy."""
    path = tmp_path_factory.mktemp("template") / "limner.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest_asyncio.fixture(loop_scope="module")
async def storage(tmp_path: Path, migrated: Path) -> AsyncIterator[Storage]:
    """Give empty storage."""
    shutil.copy(migrated, tmp_path / "limner.db")
    url = f"sqlite:///{tmp_path / 'limner.db'}"
    async with open_storage(url, (tmp_path / "objects").as_uri(), bytes(range(32))) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def studio(storage: Storage) -> AsyncIterator[Studio]:
    """Run the web chat with the scripted worker."""
    async with open_studio(storage) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Browser]:
    """Run one Chromium for all."""
    async with browser() as running:
        yield running


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Lay out photos of the sitter: three good ones, a dark one, and a text."""
    folder = tmp_path / "photos"
    folder.mkdir()
    return lay_photos(folder)


async def send_good_photos(someone: Visitor, files: dict[str, Path]) -> None:
    """Agree and send three good photos."""
    await someone.open()
    await someone.agree()
    await someone.add_photos([files[name] for name in GOOD])
    await someone.sees_good_photos(3)


async def get_portraits(someone: Visitor, files: dict[str, Path], style: str = "Oil") -> None:
    """Go the whole way to portraits."""
    await send_good_photos(someone, files)
    await someone.done()
    await someone.choose(style)
    await someone.sees_portraits(PORTRAITS)


@pytest.mark.parametrize("screen, dark", [(DESKTOP, False), (DESKTOP, True), (PHONE, False), (PHONE, True)])
async def test_from_photos_to_portraits(
    chromium: Browser, studio: Studio, files: dict[str, Path], screen: Screen, *, dark: bool
) -> None:
    """Consent, photos good and bad, a style, progress, portraits large and downloaded; nothing breaks the policy."""
    name = f"page-{screen.name}-{'dark' if dark else 'light'}"
    async with visitor(chromium, studio.address, screen, dark=dark) as someone:
        await someone.open()
        await someone.picture(f"{name}-1-consent")
        await someone.agree()
        await expect(someone.page.locator("#photos-done")).to_be_disabled()
        await someone.add_photos([files[key] for key in ("good0", "dark", "good1", "text", "good2")])
        reasons = await someone.refusals(2)
        await someone.sees_good_photos(3)
        assert any("too dark" in reason for reason in reasons)
        assert any("not a picture" in reason for reason in reasons)
        await someone.picture(f"{name}-2-photos", whole=True)
        await someone.done()
        await someone.picture(f"{name}-3-styles", whole=True)
        studio.worker.paused.clear()
        await someone.choose("Oil")
        await someone.sees("#progress-stage:text('Training your Face LoRA')")
        await someone.picture(f"{name}-4-progress", whole=True)
        studio.worker.paused.set()
        captions = await someone.sees_portraits(PORTRAITS)
        assert captions[0] == "likeness 0.62 very close"
        assert await someone.quota() == 24 - PORTRAITS
        await someone.picture(f"{name}-5-portraits", whole=True)
        await someone.page.locator(".portrait button").first.click()
        await someone.sees("#viewer[open]")
        await someone.picture(f"{name}-6-viewer")
        async with someone.page.expect_download() as download:
            await someone.page.click("#viewer-download")
        assert size_of(await (await download.value).path()) == (256, 256)
        assert someone.complaints == []


async def test_a_reload_loses_nothing(chromium: Browser, studio: Studio, files: dict[str, Path]) -> None:
    """Reloaded at every stage, the page shows the same: photos, progress, portraits."""
    async with visitor(chromium, studio.address) as someone:
        await send_good_photos(someone, files)
        await someone.reload()
        await someone.sees_good_photos(3)
        await someone.done()
        await someone.reload()
        await someone.sees("#styles .style")
        studio.worker.paused.clear()
        await someone.choose("Pencil")
        await someone.sees("#progress-stage:text('Training your Face LoRA')")
        await someone.reload()
        await someone.sees("#progress-stage:text('Training your Face LoRA')")
        studio.worker.paused.set()
        await someone.sees_portraits(PORTRAITS)
        await someone.reload()
        await someone.sees_portraits(PORTRAITS)
        assert someone.complaints == []


async def test_portraits_made_while_the_page_was_closed(
    chromium: Browser, studio: Studio, files: dict[str, Path]
) -> None:
    """Somebody who closes the page finds the portraits at the next visit, and the outbox is empty afterwards."""
    async with visitor(chromium, studio.address) as someone:
        await send_good_photos(someone, files)
        await someone.done()
        await someone.choose("Comic")
        await someone.page.goto("about:blank")
        while not any(notice.kind == "portraits_made" for notice in await studio.storage.outbox.pending("web")):
            await someone.page.wait_for_timeout(50)
        await someone.open()
        await someone.sees_portraits(PORTRAITS)
        for _ in range(100):
            if not await studio.storage.outbox.pending("web"):
                break
            await someone.page.wait_for_timeout(50)
        assert await studio.storage.outbox.pending("web") == []


async def test_more_of_the_same_another_style_and_the_end_of_the_quota(
    chromium: Browser, studio: Studio, files: dict[str, Path]
) -> None:
    """After the first portraits one tap brings more, another style, and at the end words about the quota."""
    async with visitor(chromium, studio.address) as someone:
        await get_portraits(someone, files)
        await someone.again()
        await someone.sees_portraits(PORTRAITS, request=1)
        await someone.other_style()
        await someone.choose("Sepia studio")
        await someone.sees_portraits(PORTRAITS, request=2)
        assert await someone.quota() == 0
        await someone.page.click("#again")
        await someone.reads("You have no portraits left and this needs 8.")
        await someone.page.click("#quota")
        await someone.reads("You have no portraits left.")


async def test_cancel(chromium: Browser, studio: Studio, files: dict[str, Path]) -> None:
    """Cancelling in the middle of training gives the quota back, and another style can be chosen."""
    async with visitor(chromium, studio.address) as someone:
        await send_good_photos(someone, files)
        await someone.done()
        studio.worker.paused.clear()
        await someone.choose("Oil")
        await someone.sees("#progress-stage:text('Training your Face LoRA')")
        assert await someone.quota() == 24 - PORTRAITS
        await someone.cancel()
        studio.worker.paused.set()
        await someone.reads("Cancelled. Your quota is back")
        assert await someone.quota() == 24
        await someone.choose("Pencil")
        await someone.sees_portraits(PORTRAITS)


async def test_a_template_waits_is_dropped_and_is_painted_into(
    chromium: Browser, studio: Studio, files: dict[str, Path]
) -> None:
    """Uploaded below the styles it is said to wait, also after a reload, until it is dropped or a style takes it."""
    async with visitor(chromium, studio.address, DESKTOP) as someone:
        await send_good_photos(someone, files)
        await someone.done()
        waits = someone.page.locator("#template-waits")
        await expect(waits).to_be_hidden()
        await someone.page.set_input_files("#template", files["good0"])
        await someone.reads("I have the picture.")
        await someone.reload()
        await expect(waits).to_be_visible()
        await someone.picture("page-desktop-template", whole=True)
        await someone.page.click("#template-drop")
        await someone.reads("The picture is deleted.")
        await expect(waits).to_be_hidden()
        await someone.page.set_input_files("#template", files["good1"])
        await expect(waits).to_be_visible()
        await someone.choose("Oil")
        await someone.sees_portraits(MOST_TEMPLATED)


async def test_photos_are_removed_dropped_and_too_large(
    chromium: Browser, studio: Studio, files: dict[str, Path], tmp_path: Path
) -> None:
    """A photo can be taken back, dropped onto the page, and a file beyond the limit is refused in words."""
    async with visitor(chromium, studio.address) as someone:
        await send_good_photos(someone, files)
        await someone.page.locator('.tile[data-state="accepted"] .remove').first.click()
        await someone.sees_good_photos(2)
        await expect(someone.page.locator("#photos-done")).to_be_disabled()
        # Photos sent together arrive in any order, so which one was removed is not known here: a fourth is dropped.
        another = tmp_path / "another.jpg"
        another.write_bytes(files["good0"].read_bytes() + b"another")
        await drop(someone, another)
        await someone.sees_good_photos(3)
        large = tmp_path / "large.jpg"
        large.write_bytes(bytes(21 * 2**20))
        await someone.add_photos([large])
        assert "larger than 20 MB" in (await someone.refusals(1))[0]
        await someone.page.click("#photos-clear")
        await someone.sees_good_photos(0)
        await someone.refusals(0)


async def test_forget_me(chromium: Browser, studio: Studio, files: dict[str, Path]) -> None:
    """Forget me asks first, shows a receipt, and the page begins anew with nothing left."""
    async with visitor(chromium, studio.address) as someone:
        await get_portraits(someone, files)
        await someone.page.click("#forget")
        await someone.picture("page-desktop-light-7-forget")
        await someone.page.click("#forget-no")
        assert await someone.page.locator(".portrait").count() == PORTRAITS
        receipt = await someone.forget()
        assert "8 portraits deleted" in receipt
        await someone.picture("page-desktop-light-8-receipt")
        await someone.page.click("#receipt-close")
        await someone.sees("#consent")
        assert await someone.page.locator(".portrait").count() == 0


async def test_with_the_keyboard_alone(chromium: Browser, studio: Studio, files: dict[str, Path]) -> None:
    """From consent to a portrait seen large, no pointer is needed, and the focus can be seen."""
    async with visitor(chromium, studio.address) as someone:
        await someone.open()
        await press_until(someone, "consent-yes")
        outline = await someone.page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        assert outline == "3px"
        await someone.page.keyboard.press("Enter")
        await someone.sees("#photos")
        await press_until(someone, "pick")
        await someone.add_photos([files[name] for name in GOOD])
        await someone.sees_good_photos(3)
        await press_until(someone, "photos-done")
        await someone.page.keyboard.press("Enter")
        await someone.sees("#styles .style")
        await press_until(someone, "", tag="style")
        await someone.page.keyboard.press("Enter")
        await someone.sees_portraits(PORTRAITS)
        await press_until(someone, "", tag="frame")
        await someone.page.keyboard.press("Enter")
        await someone.sees("#viewer[open]")
        first = await someone.page.get_attribute("#viewer-picture", "src")
        await someone.page.keyboard.press("ArrowRight")
        assert await someone.page.get_attribute("#viewer-picture", "src") != first
        await someone.page.keyboard.press("Escape")
        await expect(someone.page.locator("#viewer")).to_be_hidden()


async def test_on_a_narrow_phone(chromium: Browser, studio: Studio, files: dict[str, Path]) -> None:
    """At 360 px nothing is wider than the screen, and everything to be tapped is large enough for a finger."""
    async with visitor(chromium, studio.address, NARROW) as someone:
        await someone.open()
        assert not await someone.scrolls_sideways()
        await get_portraits(someone, files)
        assert not await someone.scrolls_sideways()
        await someone.other_style()
        assert not await someone.scrolls_sideways()
        small = await someone.page.evaluate(
            "[...document.querySelectorAll('button, .button')].filter(b => b.checkVisibility())"
            ".filter(b => b.offsetHeight < 44).map(b => b.id || b.className)"
        )
        assert small == []


async def test_everything_has_a_name(chromium: Browser, studio: Studio, files: dict[str, Path]) -> None:
    """Every button, link, field and picture that is shown has a name for those who hear the page."""
    async with visitor(chromium, studio.address) as someone:
        await send_good_photos(someone, files)
        await someone.done()
        await someone.choose("Oil")
        await someone.sees_portraits(PORTRAITS)
        nameless = await someone.page.evaluate(
            """[...document.querySelectorAll('button, a, input, progress')].filter(e => e.checkVisibility())
               .filter(e => !(e.ariaLabel || e.textContent.trim() || e.querySelector('img[alt]:not([alt=""])')
                              || e.labels?.[0]?.textContent.trim())).map(e => e.outerHTML)"""
        )
        assert nameless == []
        assert await someone.page.get_attribute("#chat", "aria-live") == "polite"


async def press_until(someone: Visitor, element_id: str, *, tag: str = "") -> None:
    """Press Tab until an element with this id (or class) has the focus."""
    for _ in range(60):
        focus = await someone.page.evaluate("[document.activeElement.id, document.activeElement.className]")
        if (element_id and focus[0] == element_id) or (tag and tag in focus[1].split()):
            return
        await someone.page.keyboard.press("Tab")
    raise AssertionError(f"The keyboard does not reach {element_id or tag}.")


async def drop(someone: Visitor, photo: Path) -> None:
    """Drop a file onto the page."""
    data = list(await asyncio.to_thread(photo.read_bytes))
    await someone.page.evaluate(
        """data => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([new Uint8Array(data)], 'dropped.jpg', {type: 'image/jpeg'}));
            document.dispatchEvent(new DragEvent('drop', {dataTransfer: transfer, bubbles: true, cancelable: true}));
        }""",
        data,
    )
