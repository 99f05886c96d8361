"""The signature of a picture that goes out: a C2PA manifest says, signed by the operator, that a machine made it.

Knows no chat and no model; only here is the library known (https://github.com/contentauth/c2pa-python), and only the
engine's processes come here, so that no other one opens the key. As a program,

    python -m limner.engine.signing --c2pa-certificate CHAIN --c2pa-key KEY

it makes a trial signature, and tells in one sentence what is wrong, with code 1.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, get_args

from limner.engine.errors import SigningError

if TYPE_CHECKING:
    from c2pa import Builder, Context

Algorithm = Literal["es256", "es384", "es512", "ps256", "ps384", "ps512", "ed25519"]

#: What a certificate may be for: e-mail protection, document signing, time stamping, OCSP signing, Microsoft's C2PA
#: signing, C2PA's claim signing. They are those of the library's own list; unless told, it takes neither the second nor
#: the last two (tried with 0.38.1).
_USES = (
    "1.3.6.1.5.5.7.3.4",
    "1.3.6.1.5.5.7.3.36",
    "1.3.6.1.5.5.7.3.8",
    "1.3.6.1.5.5.7.3.9",
    "1.3.6.1.4.1.311.76.59.1.9",
    "1.3.6.1.4.1.62558.2.1",
)

#: No thumbnail: it would be one more picture of the sitter in the file. Nothing is fetched for a portrait.
_WAY = {
    "builder": {"thumbnail": {"enabled": False}},
    "trust": {"trust_config": "\n".join(_USES)},
    "verify": {"remote_manifest_fetch": False, "verify_after_sign": True},
}

_ADVICE = (
    "Set LIMNER_C2PA_CERTIFICATE to a valid chain for signing and LIMNER_C2PA_KEY to its key (README.md, Provenance), "
    "or unset both."
)


class Sign(Protocol):
    """Signs a picture (PNG or JPEG); `parent` is the portrait that it is a copy of."""

    def __call__(self, picture: bytes, parent: bytes | None = None) -> bytes:
        """Return the file with its signature. Raises SigningError."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What an operator signs with: PEM files of the certificate chain, its own first, and of the key (PKCS #8).

    `time_url` is the address of a time stamp authority (RFC 3161), by which a signature outlives its certificate.
    """

    certificate: Path
    key: Path
    algorithm: Algorithm = "es256"
    time_url: str | None = None

    def arguments(self) -> list[str]:
        """Say it to the command line of one of the engine's processes; the key itself stays in its file."""
        files = ["--c2pa-certificate", str(self.certificate), "--c2pa-key", str(self.key)]
        return [
            *files,
            "--c2pa-algorithm",
            self.algorithm,
            *(["--c2pa-time-url", self.time_url] if self.time_url else []),
        ]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Let a command line take what `Credentials.arguments` says."""
    parser.add_argument("--c2pa-certificate", type=Path, help="the certificate chain to sign pictures with (PEM)")
    parser.add_argument("--c2pa-key", type=Path, help="its private key (PEM, PKCS #8)")
    parser.add_argument("--c2pa-algorithm", choices=get_args(Algorithm), default="es256", help="how the key signs")
    parser.add_argument("--c2pa-time-url", help="a time stamp authority to ask for each signature")


def credentials_of(told: argparse.Namespace) -> Credentials | None:
    """Read them from a command line that has been told any."""
    if told.c2pa_certificate is None:
        return None
    return Credentials(told.c2pa_certificate, told.c2pa_key, told.c2pa_algorithm, told.c2pa_time_url)


def unsigned(picture: bytes, parent: bytes | None = None) -> bytes:
    """Leave a picture as it is: where no credentials are set it has IPTC's mark alone."""
    return picture


def signing_with(credentials: Credentials | None) -> Sign:
    """Return what signs pictures with these credentials, tried once; without any, `unsigned`. Raises SigningError."""
    if credentials is None:
        return unsigned
    import numpy as np

    from limner.engine.fuse.marks import portrait_png

    sign = partial(_sign, _context(credentials), credentials)
    # What is expired, or does not belong together, comes out here and not after an hour's training.
    sign(portrait_png(np.zeros((8, 8, 3), np.uint8), {}))
    return sign


def _context(credentials: Credentials) -> Context:
    try:
        from c2pa import C2paError, C2paSignerInfo, Context, Signer
    except ImportError as error:
        message = "Portraits cannot be signed without c2pa-python. Install it with: pip install 'limner[c2pa]'."
        raise SigningError(message) from error
    certificate, key = _read(credentials.certificate), _read_key(credentials.key)
    try:
        info = C2paSignerInfo(credentials.algorithm, certificate, key, credentials.time_url)
        return Context.from_dict(_WAY, signer=Signer.from_info(info))
    except C2paError as error:
        raise _problem(credentials, error) from error


def _sign(context: Context, credentials: Credentials, picture: bytes, parent: bytes | None = None) -> bytes:
    from c2pa import C2paError, Reader

    file = _File.of(picture)
    signed = io.BytesIO()
    try:
        # A portrait from before there was a certificate has no manifest to go on from.
        if parent is None or Reader.try_create(None, io.BytesIO(parent), context=context) is None:
            builder = _created(context, file)
        else:
            builder = _derived(context, file, parent)
        builder.sign(file.mime, io.BytesIO(picture), signed)
    except C2paError as error:
        raise _problem(credentials, error) from error
    return signed.getvalue()


@dataclass(frozen=True, slots=True)
class _File:
    """What a manifest needs to know of a picture's file."""

    mime: str
    source_type: str
    size: tuple[int, int]

    @classmethod
    def of(cls, picture: bytes) -> _File:
        from PIL import Image

        from limner.engine.fuse.marks import source_type_of

        with Image.open(io.BytesIO(picture), formats=["PNG", "JPEG"]) as file:
            return cls(file.get_format_mimetype() or "", source_type_of(file), file.size)


def _created(context: Context, file: _File) -> Builder:
    """Begin a manifest: made by a trained model, wholly or in part, as the mark in the file has it."""
    builder = _builder(context)
    builder.add_action({"action": "c2pa.created", "digitalSourceType": file.source_type})
    return builder


def _derived(context: Context, file: _File, parent: bytes) -> Builder:
    """Begin a manifest that goes on from the parent's. The source type is repeated for readers who look no further."""
    from c2pa import C2paBuilderIntent

    before = _File.of(parent)
    builder = _builder(context)
    builder.set_intent(C2paBuilderIntent.EDIT)  # which writes the first action, c2pa.opened
    builder.add_ingredient({"relationship": "parentOf"}, before.mime, io.BytesIO(parent))
    for change in ["c2pa.transcoded"] if before.size == file.size else ["c2pa.transcoded", "c2pa.edited"]:
        builder.add_action({"action": change, "digitalSourceType": file.source_type})
    return builder


def _builder(context: Context) -> Builder:
    from c2pa import Builder

    return Builder.from_json({"claim_generator_info": [{"name": "limner", "version": version("limner")}]}, context)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        message = f"Portraits cannot be signed: {path} cannot be read ({error.strerror}). {_ADVICE}"
        raise SigningError(message) from error


def _read_key(path: Path) -> bytes:
    key = _read(path)
    if path.stat().st_mode & 0o077:
        raise SigningError(f"Other users may read the key that portraits are signed with. Run: chmod 600 {path}")
    return key


def _problem(credentials: Credentials, error: Exception) -> SigningError:
    # The library's word for the kind of error says nothing to a person; none of its sentences holds a key.
    said = str(error).rpartition("failures:")[2]
    why = (said.partition(": ")[2] or said).partition("\n")[0].rstrip(".")
    return SigningError(f"Portraits cannot be signed with {credentials.certificate}: {why}. {_ADVICE}")


def main(argv: Sequence[str] | None = None) -> int:
    """Make a trial signature, and return 0; tell what is wrong, and return 1."""
    parser = argparse.ArgumentParser(prog="limner.engine.signing", description="Try what pictures are signed with.")
    add_arguments(parser)
    try:
        signing_with(credentials_of(parser.parse_args(argv)))
    except SigningError as error:
        sys.stdout.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
