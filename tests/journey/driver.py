"""A person at the page, in a real Chromium: what they do, and what they see.

Used against the scripted worker and against the whole stack alike; it knows the page and nothing behind it.
"""

import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

__all__ = ["DESKTOP", "NARROW", "PHONE", "Screen", "Visitor", "browser", "find_chromium", "visitor"]

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
ARTEFACTS = Path(__file__).parents[2] / "build" / "artefacts"


@dataclass(frozen=True, slots=True)
class Screen:
    """A screen: its name, its size in CSS pixels, and whether it is touched."""

    name: str
    width: int
    height: int
    touch: bool = False


DESKTOP = Screen("desktop", 1200, 900)
PHONE = Screen("phone", 390, 844, touch=True)
NARROW = Screen("narrow", 360, 740, touch=True)


def find_chromium() -> str | None:
    """Return the path of a Chromium on this machine, or None."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """Run a headless Chromium."""
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        yield running
        await running.close()


class Visitor:
    """One person with one page open. Each step waits until the page shows its outcome."""

    def __init__(self, page: Page, context: BrowserContext, address: str, screen: Screen, patience_s: float) -> None:
        self.page = page
        self.context = context
        self.screen = screen
        self.complaints: list[str] = []
        """What the browser complained of: script errors and violations of the content security policy."""
        self._address = address
        self._patience_ms = patience_s * 1000
        page.set_default_timeout(self._patience_ms)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)

    async def open(self) -> None:
        """Open the page and wait until it is drawn."""
        await self.page.goto(self._address)
        await self.sees("#chat .message")

    async def reload(self) -> None:
        """Load the page again."""
        await self.page.reload()
        await self.sees("#chat .message")

    async def agree(self) -> None:
        """Read the consent text and agree."""
        await self.page.click("#consent-yes")
        await self.sees("#photos")

    async def add_photos(self, photos: Sequence[Path]) -> None:
        """Choose photos with the picker."""
        await self.page.set_input_files("#pick", [str(photo) for photo in photos])

    async def sees_good_photos(self, number: int) -> None:
        """Wait until this many photos are accepted and none is being looked at."""
        await expect(self.page.locator('.tile[data-state="accepted"]')).to_have_count(number, timeout=self._patience_ms)
        await expect(self.page.locator('.tile[data-state="received"]')).to_have_count(0, timeout=self._patience_ms)

    async def refusals(self, number: int) -> list[str]:
        """Wait until this many photos are refused; return the reasons they show."""
        refused = self.page.locator("#photos-refused .reason")
        await expect(refused).to_have_count(number, timeout=self._patience_ms)
        return await refused.all_inner_texts()

    async def done(self) -> None:
        """Press Done and wait for the gallery."""
        await self.page.click("#photos-done")
        await self.sees("#styles .style")

    async def choose(self, title: str) -> None:
        """Choose a style by its title and wait for the progress."""
        await self.page.locator(".style", has=self.page.locator("b", has_text=title)).click()
        await self.sees("#progress")

    async def sees_portraits(self, number: int, *, request: int = -1) -> list[str]:
        """Wait until a request's portraits (the latest by default) have been loaded; return their captions."""
        shown = self.page.locator(".portraits").nth(request).locator(".portrait")
        await expect(shown).to_have_count(number, timeout=self._patience_ms)
        for portrait in await shown.all():
            await portrait.scroll_into_view_if_needed()
        loaded = "n => [...document.querySelectorAll('.portraits img')].filter(i => i.naturalWidth > 0).length >= n"
        await self.page.wait_for_function(loaded, arg=number, timeout=self._patience_ms)
        return await shown.locator("p").all_inner_texts()

    async def other_style(self) -> None:
        """Ask for another style and wait for the gallery."""
        await self.page.click("#other-style")
        await self.sees("#styles .style")

    async def again(self) -> None:
        """Ask for more of the same."""
        await self.page.click("#again")
        await self.sees("#progress")

    async def cancel(self) -> None:
        """Cancel what is under way and wait until it is gone."""
        await self.page.click("#cancel")
        await expect(self.page.locator("#progress")).to_be_hidden(timeout=self._patience_ms)

    async def forget(self) -> str:
        """Have everything deleted; return the receipt."""
        await self.page.click("#forget")
        await self.page.click("#forget-yes")
        await self.sees("#receipt[open]")
        return await self.page.inner_text("#receipt-words")

    async def sees(self, selector: str) -> None:
        """Wait until something is visible."""
        await expect(self.page.locator(selector).first).to_be_visible(timeout=self._patience_ms)

    async def reads(self, text: str) -> None:
        """Wait until the chat holds this text."""
        await expect(self.page.locator("#chat")).to_contain_text(text, timeout=self._patience_ms)

    async def quota(self) -> int:
        """Return the number of portraits left, as the bar on top shows it."""
        return int(await self.page.inner_text("#quota-number"))

    async def scrolls_sideways(self) -> bool:
        """Say whether the page is wider than the screen."""
        return bool(await self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))

    async def picture(self, name: str, *, whole: bool = False) -> Path:
        """Keep a screenshot in build/artefacts."""
        ARTEFACTS.mkdir(parents=True, exist_ok=True)
        if whole:  # the bar on top is sticky and would stand in the middle of the picture
            await self.page.evaluate("window.scrollTo({top: 0, behavior: 'instant'})")
        path = ARTEFACTS / f"{name}.png"
        await self.page.screenshot(path=path, full_page=whole, animations="disabled")
        return path


@asynccontextmanager
async def visitor(
    running: Browser, address: str, screen: Screen = DESKTOP, *, dark: bool = False, patience_s: float = 45
) -> AsyncIterator[Visitor]:
    """Let somebody visit the page, with cookies of their own; `patience_s` is how long each step may take."""
    context = await running.new_context(
        viewport={"width": screen.width, "height": screen.height},
        has_touch=screen.touch,
        is_mobile=screen.touch,
        device_scale_factor=2 if screen.touch else 1,
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
        accept_downloads=True,
    )
    try:
        yield Visitor(await context.new_page(), context, address, screen, patience_s)
    finally:
        await context.close()
