"""Pictures are signed as the operator wishes: what the manifest says, and what the engine does where it cannot sign."""

import io
import subprocess
import sys
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from cryptography.hazmat.primitives.serialization import PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier
from PIL import Image

from limner.engine.calls import Examiner, Painter
from limner.engine.copies import copy_portrait
from limner.engine.errors import SigningError
from limner.engine.fuse.marks import COMPOSITE, SOURCE_TYPE, portrait_png
from limner.engine.fuse.pipeline import Portrait
from limner.engine.models.running import Running
from limner.engine.pipeline import Made
from limner.engine.poster import poster
from limner.engine.preprocess.mask import head_mask
from limner.engine.signing import Credentials, Sign, main, signing_with, unsigned
from limner.tests.engine.test_copies import Nobody
from limner.tests.fakes.analyser import PaperAnalyser
from limner.tests.fakes.certificates import C2PA, Authority, actions, make_authority, make_credentials, read_manifest
from limner.tests.fakes.engine_child import child

NO_LIMIT = 10**9
MADE, PARTLY = "trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia"


@pytest.fixture(scope="module")
def authority() -> Authority:
    """Return somebody whom the reader of these tests trusts."""
    return make_authority()


@pytest.fixture
def credentials(tmp_path: Path, authority: Authority) -> Credentials:
    """Return a chain and key that are as they should be."""
    return make_credentials(tmp_path, authority)


@pytest.fixture
def sign(credentials: Credentials) -> Sign:
    """Return what signs with them."""
    return signing_with(credentials)


def portrait(source_type: str = SOURCE_TYPE, width: int = 120) -> bytes:
    """Return a portrait of noise."""
    noise = np.random.default_rng(1).integers(0, 256, (90, width, 3)).astype(np.uint8)
    return portrait_png(noise, {"Style": "oil", "Seed": 7}, source_type)


def opened(data: bytes) -> Image.Image:
    """Open a file, with its pixels."""
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


@pytest.mark.parametrize("source_type, word", [(SOURCE_TYPE, MADE), (COMPOSITE, PARTLY)])
def test_a_portrait_says_signed_what_made_it(sign: Sign, authority: Authority, source_type: str, word: str) -> None:
    """The manifest is valid and trusted, says what the mark says and who made it, and adds neither picture nor name."""
    verdict, manifest = read_manifest(sign(portrait(source_type)), authority)
    assert verdict == "Trusted"
    assert actions(manifest) == [("c2pa.created", word)]
    (generator,) = manifest["claim_generator_info"]
    assert (generator["name"], generator["version"]) == ("limner", "0.1.0")
    assert not manifest.keys() & {"thumbnail", "title", "ingredients"}


def test_signing_keeps_pixels_mark_and_parameters(sign: Sign) -> None:
    """The picture, IPTC's mark and the parameters are what they were."""
    before, after = opened(portrait()), opened(sign(portrait()))
    assert after.tobytes() == before.tobytes()
    assert after.info["XML:com.adobe.xmp"] == before.info["XML:com.adobe.xmp"]
    assert after.info["parameters"] == "Style: oil, Seed: 7"


def test_a_changed_pixel_is_noticed(sign: Sign, authority: Authority) -> None:
    """The reader finds out when the file was changed: the tests would notice it, too."""
    signed = bytearray(sign(portrait()))
    signed[-2000] ^= 1
    assert read_manifest(bytes(signed), authority)[0] == "Invalid"


@pytest.mark.parametrize("square, done", [(False, ["c2pa.transcoded"]), (True, ["c2pa.transcoded", "c2pa.edited"])])
def test_a_copy_goes_on_from_its_portrait(sign: Sign, authority: Authority, done: list[str], *, square: bool) -> None:
    """A copy's manifest has the portrait as its parent, says what was done, and repeats what made the picture."""
    copy = copy_portrait(sign(portrait(COMPOSITE)), max_bytes=NO_LIMIT, square=square, sign=sign)
    verdict, manifest = read_manifest(copy, authority)
    assert verdict == "Trusted"
    assert actions(manifest) == [("c2pa.opened", ""), *((one, PARTLY) for one in done)]
    (parent,) = manifest["ingredients"]
    assert parent["relationship"] == "parentOf"
    assert not parent.keys() & {"thumbnail", "title"}
    assert opened(copy).format == "JPEG"


def test_a_copy_of_an_unsigned_portrait_is_signed_as_made(sign: Sign, authority: Authority) -> None:
    """A portrait from before there was a certificate has no manifest to go on from."""
    copy = copy_portrait(portrait(), max_bytes=NO_LIMIT, square=False, sign=sign)
    verdict, manifest = read_manifest(copy, authority)
    assert (verdict, actions(manifest)) == ("Trusted", [("c2pa.created", MADE)])


def test_a_signed_copy_keeps_the_limit(sign: Sign) -> None:
    """The signature counts: a copy that would fit only without it is made smaller."""
    whole = sign(portrait(width=600))
    limit = len(copy_portrait(whole, max_bytes=NO_LIMIT, square=False))
    assert len(copy_portrait(whole, max_bytes=limit, square=False, sign=sign)) <= limit


def test_poster_and_copy_leave_the_examiner_signed(credentials: Credentials, authority: Authority) -> None:
    """The process that is told where chain and key are signs what it hands over, within its limit of memory."""
    with child("examiner", *credentials.arguments()) as examiner:
        (made,) = examiner.ask("poster", portraits=[portrait()])
        (copied,) = examiner.ask("copy", portrait=portrait(), max_bytes=NO_LIMIT, square=True)
    for data in (made["result"]["poster"], copied["result"]["copy"]):
        verdict, manifest = read_manifest(data, authority)
        assert (verdict, actions(manifest)) == ("Trusted", [("c2pa.created", MADE)])


class Listener(Nobody):
    """Keeps the first sketch."""

    def __init__(self) -> None:
        self.sketches: list[bytes] = []

    def preview(self, png: bytes) -> None:
        """Hear it."""
        self.sketches.append(png)


def test_portraits_and_the_sketch_leave_the_painter_signed(
    sign: Sign, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the pipeline makes, every portrait and the first sketch go out with a manifest."""

    def made(*_: object, on_preview: Callable[[bytes], None], **__: object) -> Made:
        on_preview(portrait())
        return Made([Portrait(portrait(), 0.5, n) for n in range(2)], None, b"", [], {}, ())

    monkeypatch.setattr("limner.engine.pipeline.make_portraits", made)
    monkeypatch.setattr("limner.engine.hall.Hall.seat", lambda *_: nullcontext())
    painter = Painter(Running(), PaperAnalyser(), head_mask, sign)
    listener = Listener()
    asked = {"style": "comic", "count": 2, "seed": 3, "preview": True}
    answer: Any = painter.calls["make"](msgspec.msgpack.encode(asked), listener)
    assert [one["seed"] for one in answer["portraits"]] == [0, 1]
    pictures = [*listener.sketches, *(one["png"] for one in answer["portraits"])]
    assert [read_manifest(data, authority)[0] for data in pictures] == ["Trusted"] * 3


def test_without_credentials_nothing_changes() -> None:
    """Where no certificate is set the file is what it was, to the last bit."""
    assert signing_with(None) is unsigned
    answer = Examiner(PaperAnalyser()).calls["poster"](msgspec.msgpack.encode({"portraits": [portrait()]}), Nobody())
    assert answer == {"poster": poster([portrait()])}


def test_a_certificate_for_claim_signing_will_do(tmp_path: Path, authority: Authority) -> None:
    """C2PA's own use of a certificate, which the library takes only where it is told to, is taken."""
    sign = signing_with(make_credentials(tmp_path, authority, use=C2PA))
    assert read_manifest(sign(portrait()), authority)[0] == "Trusted"


def wrong(kind: str, folder: Path, authority: Authority) -> Credentials:
    """Make credentials with a fault."""
    server: ObjectIdentifier = ExtendedKeyUsageOID.SERVER_AUTH
    made = {
        "expired": {"expires": -timedelta(hours=1)},
        "for a server": {"use": server},
        "old form": {"form": PrivateFormat.TraditionalOpenSSL},
    }
    good = make_credentials(folder, authority, **made.get(kind, {}))  # type: ignore[arg-type]  # one of three
    match kind:
        case "another's key":
            return replace(good, key=make_credentials(folder / "other", authority).key)
        case "another algorithm":
            return replace(good, algorithm="ps256")
        case "no time":
            return replace(good, time_url="http://127.0.0.1:9/")
        case "no certificate":
            good.certificate.write_text("nonsense")
        case "no file":
            good.key.unlink()
        case "open to others":
            good.key.chmod(0o644)
    return good


FAULTS = {
    "expired": "was not valid at time of signing",
    "for a server": "certificate is invalid",
    "another's key": "does not match the provided data or public key",
    "old form": "PRIVATE KEY",
    "no certificate": "does not contain signing certificate",
    "no file": "key.pem cannot be read",
    "open to others": "chmod 600",
    "another algorithm": "unsupported private key algorithm",
    "no time": "127.0.0.1:9",
}


@pytest.mark.parametrize("kind", FAULTS)
def test_what_cannot_sign_is_told(
    kind: str, tmp_path: Path, authority: Authority, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever is wrong comes out at the start, in words that say what to do and nothing of the key; code 1."""
    credentials = wrong(kind, tmp_path, authority)
    with pytest.raises(SigningError, match=FAULTS[kind]) as refused:
        signing_with(credentials)
    assert "LIMNER_C2PA_KEY" in str(refused.value) or kind == "open to others"
    assert main(credentials.arguments()) == 1
    said = capsys.readouterr().out
    assert said == f"{refused.value}\n"
    if credentials.key.exists():
        assert not any(line in said for line in credentials.key.read_text().splitlines() if "KEY" not in line)


def test_a_trial_signature_that_works_says_nothing(
    credentials: Credentials, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a chain and key that are as they should be the program is silent and ends with code 0."""
    assert main(credentials.arguments()) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("kind", ["examiner", "painter"])
def test_an_engine_that_cannot_sign_ends(kind: str, tmp_path: Path, authority: Authority) -> None:
    """It fails closed: a process whose certificate has expired says so and paints nothing."""
    credentials = wrong("expired", tmp_path, authority)
    command = (sys.executable, "-m", "limner.engine.process", kind, *credentials.arguments())
    # Its stdin stays open: that is not why it ends.
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        said = process.stderr.read()
        assert process.wait(60) == 1
    assert FAULTS["expired"] in said
    assert "Traceback" not in said
