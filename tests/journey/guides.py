"""Guides that are followed: the commands that stand in a document, run as they stand there."""

import asyncio
import re
import sys
from collections.abc import Mapping
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def blocks(guide: str, language: str) -> list[str]:
    """List the blocks of a language in a document."""
    return re.findall(rf"```{language}\n(.*?)```", (DOCS / guide).read_text(), flags=re.DOTALL)


def commands(guide: str) -> list[str]:
    """List the commands of a document's shell blocks, without their comments."""
    lines = [line.partition(" #")[0].strip() for block in blocks(guide, "sh") for line in block.splitlines()]
    return [line for line in lines if line]


async def run(words: list[str], environ: Mapping[str, str], folder: Path) -> tuple[int, str]:
    """Run a command of limner's, settings before it included, in a process of its own; return exit code and words."""
    start = next(number for number, word in enumerate(words) if "=" not in word)
    settings = dict(word.split("=", 1) for word in words[:start])
    assert words[start] == "limner", f"the guide has a command of another program: {words}"
    command = (sys.executable, "-P", "-m", "limner.deploy.cli", *words[start + 1 :])
    process = await asyncio.create_subprocess_exec(
        *command,
        env={**environ, **settings},
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()
