"""A certificate to sign pictures with is tried before anything is painted, and a wrong one ends the start."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from limner.deploy import compose, up
from limner.deploy.doctor import Finding, State, examine
from limner.deploy.errors import SettingsError, UserMistakeError
from limner.deploy.settings import Settings
from limner.deploy.signing import signing_problem
from limner.engine.signing import Credentials
from limner.tests.fakes.certificates import YEAR, make_authority, make_credentials


def environ(home: Path, credentials: Credentials) -> dict[str, str]:
    """Return an environment in which pictures are signed."""
    files = {"LIMNER_C2PA_CERTIFICATE": str(credentials.certificate), "LIMNER_C2PA_KEY": str(credentials.key)}
    return {"LIMNER_HOME": str(home), **files}


def diagnosed(home: Path, credentials: Credentials) -> Finding:
    """Return what the doctor says about signing."""
    findings = examine(Settings.from_env(environ(home, credentials)))
    return next(one for one in findings if one.subject == "signing")


def test_settings_name_the_files(tmp_path: Path) -> None:
    """Chain and key are enough; algorithm and time stamp authority are taken where they are named."""
    set_ = environ(tmp_path, Credentials(tmp_path / "chain.pem", tmp_path / "key.pem"))
    assert Settings.from_env(set_).signing == Credentials(tmp_path / "chain.pem", tmp_path / "key.pem")
    more = {"LIMNER_C2PA_ALGORITHM": "ps384", "LIMNER_C2PA_TIME_URL": "http://time.example"}
    signing = Settings.from_env(set_ | more).signing
    assert signing is not None
    assert (signing.algorithm, signing.time_url) == ("ps384", "http://time.example")
    assert Settings.from_env({"LIMNER_HOME": str(tmp_path)}).signing is None


@pytest.mark.parametrize(
    "name, value",
    [
        ("LIMNER_C2PA_CERTIFICATE", ""),
        ("LIMNER_C2PA_KEY", ""),
        ("LIMNER_C2PA_ALGORITHM", "md5"),
        ("LIMNER_C2PA_TIME_URL", "time.example"),
    ],
)
def test_settings_that_cannot_be(tmp_path: Path, name: str, value: str) -> None:
    """One file without the other, an algorithm that there is not and an address that is none are refused by name."""
    with pytest.raises(SettingsError, match=name):
        Settings.from_env(environ(tmp_path, Credentials(tmp_path / "a", tmp_path / "b")) | {name: value})


def test_both_processes_are_told_where_the_files_are(tmp_path: Path) -> None:
    """The engine's processes get the names of the files; the key itself is on no command line."""
    credentials = make_credentials(tmp_path, make_authority())
    told = compose.engine_options(Settings.from_env(environ(tmp_path, credentials)))
    assert told == credentials.arguments()
    assert str(credentials.key) in told
    assert "PRIVATE" not in " ".join(told)


def test_the_doctor_says_how_pictures_are_signed(tmp_path: Path) -> None:
    """A good certificate is named with its last day, an expired one with what to do; none is no fault."""
    good = diagnosed(tmp_path, make_credentials(tmp_path, make_authority()))
    assert good.state is State.GOOD
    assert f"{datetime.now(UTC) + YEAR / 2:%Y-%m-%d}" in good.sentence
    expired = diagnosed(tmp_path, make_credentials(tmp_path, make_authority(), expires=-timedelta(days=1)))
    assert expired.state is State.MISSING
    assert "not valid" in expired.sentence
    assert "LIMNER_C2PA_CERTIFICATE" in expired.sentence
    (none,) = (one for one in examine(Settings.from_env({"LIMNER_HOME": str(tmp_path)})) if one.subject == "signing")
    assert none.state is State.OPTIONAL


@pytest.mark.parametrize("start", ["up", "worker"])
async def test_what_cannot_sign_does_not_start(start: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both fail closed, before anything is opened: pictures do not go out unsigned where they are to be signed."""
    credentials = make_credentials(tmp_path, make_authority(), expires=-timedelta(days=1))

    async def opened() -> None:
        raise AssertionError

    for module in (compose, up):
        monkeypatch.setattr(module, "prepared", opened)
    settings = Settings.from_env(environ(tmp_path, credentials))
    with pytest.raises(UserMistakeError, match="cannot be signed"):
        await (compose.run_worker(settings) if start == "worker" else up.run_up(settings, print))


def test_a_trial_that_breaks_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that ends without a word, for whatever reason, is no yes."""
    monkeypatch.setattr("limner.deploy.signing.sys.executable", "/bin/false")
    assert "code 1" in (signing_problem(Credentials(tmp_path / "a", tmp_path / "b")) or "")
