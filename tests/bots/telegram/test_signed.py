"""Portraits that are signed arrive signed where they are asked for as files."""

from pathlib import Path

import pytest

from limner.engine.signing import signing_with
from limner.storage import NewPortrait, Request
from limner.tests.bots.telegram.conftest import Line
from limner.tests.bots.telegram.test_faults import choose
from limner.tests.fakes.certificates import make_authority, make_credentials, read_manifest
from limner.tests.fakes.engine_process import large
from limner.tests.fakes.telegram import Person

PATIENCE_S = 30.0


async def test_a_portrait_as_a_file_keeps_its_signature(
    line: Line, ann: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What Telegram's server is given as a document is the signed file to the last bit, and its signature holds."""
    authority = make_authority()
    sign = signing_with(make_credentials(tmp_path, authority))
    signed = [sign(large(n)) for n in range(4)]

    def paint(request: Request) -> list[NewPortrait]:
        return [NewPortrait(n, data, 0.5, request.seed + n, request.style) for n, data in enumerate(signed)]

    monkeypatch.setattr(line.worker, "_paint", paint)
    await line.with_photos(ann)
    await choose(ann)
    below = await ann.wait("What shall come next?", PATIENCE_S)
    await ann.press("Full size", message_id=below.message_id)
    await ann.wait(lambda seen: seen.document is not None, PATIENCE_S)
    files = [seen.document for seen in ann.messages if seen.document]
    assert files == signed
    for file in files:
        assert read_manifest(file, authority)[0] == "Trusted"
