"""A bot as a real process on a test's shop, as people start it; to be killed at will. Knows no platform."""

import asyncio
import base64
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from limner.tests.fakes.shop import MASTER_KEY, Shop, database_url

STYLES = ("drawn", "large", "quick", "endless", "dies")
PATIENCE_S = 30.0


@dataclass
class BotProcess:
    """A bot's process: `limner COMMAND`; `log` is what it has written so far."""

    shop: Shop
    settings: dict[str, str]
    command: str
    process: asyncio.subprocess.Process | None = field(default=None, kw_only=True)

    @property
    def log(self) -> str:
        """What the processes have written so far."""
        path = self._log
        return path.read_text("utf-8") if path.exists() else ""

    async def run(self) -> None:
        """Start the bot, and return at once."""
        with self._log.open("ab") as log:
            command = (sys.executable, "-P", "-m", "limner.deploy.cli", self.command)
            self.process = await asyncio.create_subprocess_exec(
                *command, env={**os.environ, **self._environ()}, stdout=log, stderr=log
            )

    async def until(self, ready: Callable[[], bool]) -> None:
        """Wait until the bot is ready; fail with its log where it has ended."""
        async with asyncio.timeout(PATIENCE_S):
            while not ready():
                if self.process is not None and self.process.returncode is not None:
                    raise AssertionError(f"The bot ended:\n{self.log}")
                await asyncio.sleep(0.05)

    async def kill(self) -> None:
        """End it as the system's memory killer would."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                self.process.kill()
            await self.process.wait()

    async def stop(self) -> int:
        """End it in good order; return its exit code."""
        assert self.process is not None
        with suppress(ProcessLookupError):
            self.process.terminate()
        return await self.process.wait()

    @property
    def _log(self) -> Path:
        return self.shop.folder / f"{self.command}.log"

    def _environ(self) -> dict[str, str]:
        return {
            "LIMNER_HOME": str(self.shop.folder),
            "DATABASE_URL": database_url(self.shop.folder),
            "OBJECT_STORE_URL": (self.shop.folder / "objects").as_uri(),
            "LIMNER_MASTER_KEY": base64.b64encode(MASTER_KEY).decode(),
            "LIMNER_STYLES": str(_styles(self.shop.folder)),
            "REDIS_URL": self.shop.redis_url,
            **self.settings,
        }


def _styles(folder: Path) -> Path:
    """Write the styles that the small engine knows."""
    styles = folder / "styles"
    styles.mkdir(exist_ok=True)
    for name in STYLES:
        entry = f"name: {name}\ntitle: {name.title()}\nwords: A style.\nprompt: a person\n"
        (styles / f"{name}.yaml").write_text(entry, "utf-8")
    return styles
