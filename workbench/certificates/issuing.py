"""Makes the test certificates with `cryptography`: the root, and one of each kind.

The root is good for localhost, the names under .test and the loopback alone (name constraints,
RFC 5280, 4.2.1.10): whoever trusts it in a browser trusts it for no other host.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from workbench.certificates.kinds import ADDRESSES, NAMES, OTHER_NAME, CertificateKind
from workbench.frozen import dataclass
from workbench.named_tuple import NamedTuple

ROOT_DAYS: Final = 3650
LEAF_DAYS: Final = 397
"""Days; browsers accept no more from anybody, so more would be nothing to test with (CA/Browser
Forum, 6.3.2).
"""
_BEFORE: Final = timedelta(days=1)
"""How far certificates are backdated: clocks of two machines differ."""
_WEAK_BITS: Final = 1024
_ORGANIZATION: Final = "Socket Workbench, for tests only"
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class Issuer(NamedTuple):
    """A certificate that signs others, with its private key."""

    certificate: x509.Certificate
    key: PrivateKey


@dataclass(frozen=True, slots=True)
class Issued:
    """A test certificate as it was made: its chain, its key, and what to trust.

    Attributes:
        chain: PEM of what is sent, the end-entity certificate first. key: PEM, unencrypted.
        trusted: PEM of what a peer has to trust for the chain to be valid.
    """

    chain: bytes
    key: bytes
    trusted: bytes


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The contents of a certificate to be made, and its validity in days from now."""

    common_name: str
    begins: timedelta = -_BEFORE
    ends: timedelta = timedelta(days=LEAF_DAYS)
    names: tuple[str, ...] = NAMES
    addresses: tuple[str, ...] = ADDRESSES
    purpose: x509.ObjectIdentifier = ExtendedKeyUsageOID.SERVER_AUTH


def new_root(now: datetime, name: str = "Socket Workbench test root") -> Issuer:
    """A new test root, constrained to names and addresses of this machine."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _subject(name)
    builder = _builder(subject, subject, key, now - _BEFORE, now + timedelta(days=ROOT_DAYS))
    builder = _as_authority(builder, key, key, path_length=1)
    return Issuer(
        builder.add_extension(_constraints(), critical=True).sign(key, hashes.SHA256()), key
    )


def issued(root: Issuer, now: datetime) -> Iterator[tuple[CertificateKind, Issued]]:
    """One certificate of each kind."""
    intermediate = _intermediate(root, now)
    stranger = new_root(now, "Socket Workbench unknown root")
    for kind in CertificateKind:
        issuer = {
            CertificateKind.CHAINED: intermediate,
            CertificateKind.GAP: intermediate,
            CertificateKind.UNTRUSTED: stranger,
            CertificateKind.CLIENT_BAD: stranger,
            CertificateKind.SELF: None,
        }.get(kind, root)
        own = _leaf(_wanted(kind), issuer, now, weak=kind is CertificateKind.WEAK)
        sent = [
            own.certificate,
            *([intermediate.certificate] if kind is CertificateKind.CHAINED else []),
        ]
        anchor = own if issuer is None else stranger if issuer is stranger else root
        yield kind, Issued(_pem(*sent), key_pem(own.key), _pem(anchor.certificate))


def _wanted(kind: CertificateKind) -> _Wanted:
    days = timedelta(days=1)
    match kind:
        case CertificateKind.EXPIRED:
            return _Wanted("localhost", begins=-30 * days, ends=-1 * days)
        case CertificateKind.FUTURE:
            return _Wanted("localhost", begins=LEAF_DAYS * days, ends=2 * LEAF_DAYS * days)
        case CertificateKind.WRONGHOST:
            return _Wanted(OTHER_NAME, names=(OTHER_NAME,), addresses=())
        case CertificateKind.NOSAN:
            return _Wanted("localhost", names=(), addresses=())
        case CertificateKind.CLIENTONLY:
            return _Wanted("localhost", purpose=ExtendedKeyUsageOID.CLIENT_AUTH)
        case CertificateKind.CLIENT | CertificateKind.CLIENT_BAD:
            purpose = ExtendedKeyUsageOID.CLIENT_AUTH
            return _Wanted("Test client", names=("client.test",), addresses=(), purpose=purpose)
    return _Wanted("localhost")


def _intermediate(root: Issuer, now: datetime) -> Issuer:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _subject("Socket Workbench test intermediate")
    ends = min(now + timedelta(days=2 * LEAF_DAYS), root.certificate.not_valid_after_utc)
    builder = _builder(subject, root.certificate.subject, key, now - _BEFORE, ends)
    builder = _as_authority(builder, key, root.key, path_length=0)
    return Issuer(builder.sign(root.key, hashes.SHA256()), key)


def _leaf(wanted: _Wanted, issuer: Issuer | None, now: datetime, *, weak: bool) -> Issuer:
    """An end-entity certificate; without an issuer it signs itself."""
    make: Callable[[], PrivateKey] = (
        (lambda: rsa.generate_private_key(65537, _WEAK_BITS))
        if weak
        else (lambda: ec.generate_private_key(ec.SECP256R1()))
    )
    key = make()
    subject = _subject(wanted.common_name)
    above = subject if issuer is None else issuer.certificate.subject
    signer = key if issuer is None else issuer.key
    builder = _builder(subject, above, key, now + wanted.begins, now + wanted.ends)
    builder = (
        builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([wanted.purpose]), critical=False)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(_identifier_of(signer), critical=False)
    )
    names: list[x509.GeneralName] = [x509.DNSName(name) for name in wanted.names]
    names += [x509.IPAddress(ipaddress.ip_address(one)) for one in wanted.addresses]
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return Issuer(builder.sign(signer, hashes.SHA256()), key)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: PrivateKey, begins: datetime, ends: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
    )


def _as_authority(
    builder: x509.CertificateBuilder, key: PrivateKey, signer: PrivateKey, *, path_length: int
) -> x509.CertificateBuilder:
    return (
        builder.add_extension(
            x509.BasicConstraints(ca=True, path_length=path_length), critical=True
        )
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(_identifier_of(signer), critical=False)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    """The key usage; `signs`: of an end-entity certificate, else of a CA."""
    return x509.KeyUsage(
        digital_signature=signs,
        content_commitment=False,
        key_encipherment=signs,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=not signs,
        crl_sign=not signs,
        encipher_only=False,
        decipher_only=False,
    )


def _identifier_of(signer: PrivateKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())


def _constraints() -> x509.NameConstraints:
    names = [x509.DNSName(name) for name in ("localhost", "test")]
    networks = [ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128")]
    return x509.NameConstraints([*names, *map(x509.IPAddress, networks)], None)


def _subject(name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _ORGANIZATION),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )


def _pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(one.public_bytes(serialization.Encoding.PEM) for one in certificates)


def certificate_pem(issuer: Issuer) -> bytes:
    """PEM of the certificate alone."""
    return _pem(issuer.certificate)


def key_pem(key: PrivateKey) -> bytes:
    """PEM (PKCS#8), unencrypted, for a file that only its owner may read."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def read_root(certificate: bytes, key: bytes) -> Issuer:
    """A root made earlier, read from its PEM. Raises ValueError: it is not one."""
    found = serialization.load_pem_private_key(key, None)
    if not isinstance(found, ec.EllipticCurvePrivateKey):
        raise ValueError("not a root of this program")
    return Issuer(x509.load_pem_x509_certificate(certificate), found)
