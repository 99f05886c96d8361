"""Certificate chains to sign pictures with, made on the spot: an authority that nobody knows, and who it vouches for.

What C2PA asks of a certificate: https://spec.c2pa.org/specifications/specifications/2.2/specs/C2PA_Specification.html
(Certificate Profile): version 3, not its own authority, made for digital signatures and for one of a few uses.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from c2pa import Context, Reader
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from limner.engine.signing import Credentials

EMAIL = ExtendedKeyUsageOID.EMAIL_PROTECTION
C2PA = ObjectIdentifier("1.3.6.1.4.1.62558.2.1")
YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Authority:
    """Somebody who vouches for others."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        """Its certificate as a file has it."""
        return self.certificate.public_bytes(Encoding.PEM)


def make_authority() -> Authority:
    """Make an authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _begun("limner's test authority", "limner's test authority", key, datetime.now(UTC) + YEAR)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    builder = builder.add_extension(_usage(signs=False), critical=True)
    return Authority(key, builder.sign(key, hashes.SHA256()))


def make_credentials(
    folder: Path,
    authority: Authority,
    *,
    expires: timedelta = YEAR / 2,
    use: ObjectIdentifier = EMAIL,
    form: PrivateFormat = PrivateFormat.PKCS8,
) -> Credentials:
    """Write a chain and its key into a folder; `expires` counts from now and may be over."""
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _begun("limner's test studio", "limner's test authority", key, datetime.now(UTC) + expires)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(signs=True), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([use]), critical=False)
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    certificate = builder.add_extension(issuer, critical=False).sign(authority.key, hashes.SHA256())
    folder.mkdir(parents=True, exist_ok=True)
    made = Credentials(folder / "chain.pem", folder / "key.pem")
    made.certificate.write_bytes(certificate.public_bytes(Encoding.PEM) + authority.pem)
    made.key.touch(0o600)
    made.key.write_bytes(key.private_bytes(Encoding.PEM, form, NoEncryption()))
    return made


def read_manifest(picture: bytes, authority: Authority) -> tuple[str, dict[str, Any]]:
    """Validate a picture's signature as one who trusts the authority; return the verdict and the manifest."""
    trust = {"trust_anchors": authority.pem.decode(), "trust_config": f"{EMAIL.dotted_string}\n{C2PA.dotted_string}"}
    with Reader(None, BytesIO(picture), context=Context.from_dict({"trust": trust})) as reader:
        return reader.get_validation_state() or "", reader.get_active_manifest() or {}


def actions(manifest: dict[str, Any]) -> list[tuple[str, str]]:
    """List what a manifest says was done, each with the last word of its source type."""
    (told,) = (one["data"]["actions"] for one in manifest["assertions"] if one["label"].startswith("c2pa.actions"))
    return [(one["action"], one.get("digitalSourceType", "").rpartition("/")[2]) for one in told]


def _begun(subject: str, issuer: str, key: ec.EllipticCurvePrivateKey, until: datetime) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - YEAR)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(who: str) -> x509.Name:
    pair = (NameOID.ORGANIZATION_NAME, "limner tests"), (NameOID.COMMON_NAME, who)
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in pair])


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=not signs,
        crl_sign=not signs,
        encipher_only=False,
        decipher_only=False,
    )
