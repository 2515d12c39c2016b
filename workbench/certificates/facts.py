"""The contents of a certificate as plain data, to be shown or judged."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final, TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from workbench.frozen import dataclass

_Kind = TypeVar("_Kind", bound=x509.ExtensionType)
UNREADABLE: Final = (
    ValueError,
    TypeError,
    LookupError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
"""What the library raises for a certificate that is malformed, or that it does not support."""


class CertificatePurpose(StrEnum):
    """What a certificate may be used for (RFC 5280, 4.2.1.12), if it says so."""

    SERVER = "server"
    CLIENT = "client"
    ANY = "any"
    OTHER = "other"


_PURPOSES: Final = {
    ExtendedKeyUsageOID.SERVER_AUTH: CertificatePurpose.SERVER,
    ExtendedKeyUsageOID.CLIENT_AUTH: CertificatePurpose.CLIENT,
    ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE: CertificatePurpose.ANY,
}


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """The contents of one certificate.

    Attributes:
        subject, issuer: the whole name (RFC 4514).
        title: the subject's common name, or else the whole subject.
        names: the hosts and addresses it is valid for; empty: it names none.
        purposes: what it may be used for; empty: anything.
        key: kind of the public key ("EC", "RSA" …) and its size in bits; 0: unknown.
        signed_with: the hash of its signature; "": one without a hash of its own, or not known.
        authority: whether it may vouch for others. self_signed: whether it names itself as issuer.
        serial, fingerprint: in hex; the fingerprint is that of SHA-256.
    """

    subject: str
    issuer: str
    title: str
    names: tuple[str, ...]
    not_before: datetime
    not_after: datetime
    purposes: tuple[CertificatePurpose, ...]
    key: str
    bits: int
    signed_with: str
    authority: bool
    self_signed: bool
    serial: str
    fingerprint: str


def facts_of(der: bytes) -> CertificateFacts:
    """The facts of a certificate given in DER. Raises ValueError: it cannot be read."""
    return facts_of_loaded(loaded(der))


def loaded(der: bytes) -> x509.Certificate:
    """The certificate as an object of `cryptography`. Raises ValueError: it cannot be read."""
    try:
        return x509.load_der_x509_certificate(der)
    except UNREADABLE as error:
        raise ValueError("not a certificate") from error


def facts_of_loaded(one: x509.Certificate) -> CertificateFacts:
    """As `facts_of`, for a certificate that is already loaded."""
    try:
        kind, bits = _key(one)
        subject, issuer = one.subject.rfc4514_string(), one.issuer.rfc4514_string()
        common = [
            str(each.value) for each in one.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        ]
        return CertificateFacts(
            subject,
            issuer,
            (common or [subject])[0],
            _names(one),
            one.not_valid_before_utc,
            one.not_valid_after_utc,
            _purposes(one),
            kind,
            bits,
            _hash(one),
            _authority(one),
            subject == issuer,
            f"{one.serial_number:x}",
            one.fingerprint(hashes.SHA256()).hex(),
        )
    except UNREADABLE as error:
        raise ValueError("a certificate that cannot be read") from error


def _key(one: x509.Certificate) -> tuple[str, int]:
    try:
        key = one.public_key()
    except UNREADABLE:
        return "?", 0
    match key:
        case rsa.RSAPublicKey():
            return "RSA", key.key_size
        case ec.EllipticCurvePublicKey():
            return f"EC {key.curve.name}", key.key_size
        case dsa.DSAPublicKey():
            return "DSA", key.key_size
        case ed25519.Ed25519PublicKey():
            return "Ed25519", 256
        case ed448.Ed448PublicKey():
            return "Ed448", 456
    return type(key).__name__, 0


def _hash(one: x509.Certificate) -> str:
    try:
        found = one.signature_hash_algorithm
    except UNREADABLE:
        return ""
    return found.name if found is not None else ""


def _extension(one: x509.Certificate, kind: type[_Kind]) -> _Kind | None:
    try:
        return one.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _names(one: x509.Certificate) -> tuple[str, ...]:
    found = _extension(one, x509.SubjectAlternativeName)
    if found is None:
        return ()
    hosts = found.get_values_for_type(x509.DNSName)
    return (*hosts, *map(str, found.get_values_for_type(x509.IPAddress)))


def _purposes(one: x509.Certificate) -> tuple[CertificatePurpose, ...]:
    found = _extension(one, x509.ExtendedKeyUsage)
    return tuple(_PURPOSES.get(each, CertificatePurpose.OTHER) for each in found or ())


def _authority(one: x509.Certificate) -> bool:
    found = _extension(one, x509.BasicConstraints)
    return found is not None and found.ca
