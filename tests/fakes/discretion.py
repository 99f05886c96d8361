"""What may stand in no log: keys, tokens, and whoever somebody is."""

import base64

import pytest

from limner.tests.fakes.shop import MASTER_KEY

__all__ = ["given_away", "worker_log"]

KEY = (MASTER_KEY.hex(), base64.b64encode(MASTER_KEY).decode(), repr(MASTER_KEY))


def given_away(log: str, *secrets: object) -> list[str]:
    """List those of the secrets, and of the master key's forms, that a log gives away."""
    assert log, "There is no log to look at."
    return [secret for secret in (*KEY, *map(str, secrets)) if secret in log]


def worker_log(caplog: pytest.LogCaptureFixture) -> str:
    """Return what limner and arq have logged in the test's own process, where the shop's workers are at work."""
    ours = [record for record in caplog.records if record.name.partition(".")[0] in {"limner", "arq"}]
    return "\n".join(map(caplog.handler.format, ours))
