"""Finds what is wrong with a certificate chain: each fault with its cause and a way out.

A pure function of the certificates sent, the name asked for and the time. Whether a handshake
succeeds is for OpenSSL to decide (verify(1)); OpenSSL reports the first fault, this module reports
all of them. Name constraints, path lengths, policies and revocation are not checked.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from workbench.certificates.facts import (
    CertificateFacts,
    CertificatePurpose,
    facts_of_loaded,
    loaded,
)
from workbench.frozen import dataclass
from workbench.named_tuple import NamedTuple
from workbench.texts import tr

LEAST_RSA: Final = 2048
LEAST_EC: Final = 224
"""Bits of OpenSSL's security level 2, which Python asks for (SSL_CTX_set_security_level(3))."""
_OLD_HASHES: Final = frozenset({"md5", "sha1"})
_LONGEST: Final = 32
"""The most certificates of one chain that are looked at; nobody sends that many."""


class ChainFault(StrEnum):
    """A kind of fault; its text is certificate_faults.NAME.

    Attributes:
        EMPTY: no certificate was sent. UNREADABLE: what was sent cannot be parsed.
        NO_NAMES: it names hosts in its subject only, if at all. WRONG_HOST: it is for others.
        SELF_SIGNED: it is signed by itself, and not trusted.
        UNKNOWN_ROOT: the chain ends at a root that is not trusted.
        GAP: its issuer was neither sent nor is it trusted.
        NO_AUTHORITY: its signer may not sign certificates.
        BAD_SIGNATURE: it was changed, or another signed it.
        WEAK_KEY, WEAK_HASH: they can be forged.
    """

    EMPTY = "empty"
    UNREADABLE = "unreadable"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    NO_NAMES = "no_names"
    WRONG_HOST = "wrong_host"
    WRONG_PURPOSE = "wrong_purpose"
    SELF_SIGNED = "self_signed"
    UNKNOWN_ROOT = "unknown_root"
    GAP = "gap"
    NO_AUTHORITY = "no_authority"
    BAD_SIGNATURE = "bad_signature"
    WEAK_KEY = "weak_key"
    WEAK_HASH = "weak_hash"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault of one certificate.

    Attributes:
        index: of the certificate among those sent; 0 is the peer's own.
        values: what fills in the text.
    """

    fault: ChainFault
    index: int
    values: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        """The finding in a sentence or two, in the current language."""
        return tr(f"certificate_faults.{self.fault.value}", **dict(self.values))


class _Sent(NamedTuple):
    """A certificate of the chain that could be parsed."""

    place: int
    certificate: x509.Certificate
    facts: CertificateFacts


def judge(
    chain: Sequence[bytes],
    name: str | None,
    now: datetime,
    *,
    roots: Iterable[bytes] | None = None,
    purpose: CertificatePurpose = CertificatePurpose.SERVER,
) -> list[Finding]:
    """All that is wrong with a chain, the peer's own certificate first.

    Args:
        chain: in DER, in the order sent.
        name: host or address that was asked for; None: none is checked.
        now: with its time zone.
        roots: what is trusted, in DER; None: unknown, so nothing is said about where it ends.
        purpose: what the peer's own certificate is used for.
    """
    if not chain:
        return [Finding(ChainFault.EMPTY, 0)]
    sent: list[_Sent] = []
    found: list[Finding] = []
    for index, der in enumerate(chain[:_LONGEST]):
        try:
            certificate = loaded(der)
            sent.append(_Sent(index, certificate, facts_of_loaded(certificate)))
        except ValueError:
            found.append(Finding(ChainFault.UNREADABLE, index, (("number", str(index + 1)),)))
    if not sent or sent[0].place:  # nothing about the peer follows from the names of the others
        return found
    own = sent[0]
    path, end = _path(sent, None if roots is None else list(_readable(roots)))
    found += _dates(own, now)
    found += _name(own, name) if name is not None else []
    found += _purpose(own, purpose)
    for each in path:
        found += [] if each is own else _dates(each, now)
        found += _strength(each)
    return found + end


def _readable(roots: Iterable[bytes]) -> Iterable[x509.Certificate]:
    for der in roots:
        try:
            yield loaded(der)
        except ValueError:
            continue


def _dates(one: _Sent, now: datetime) -> list[Finding]:
    facts = one.facts
    if now > facts.not_after:
        return [_finding(ChainFault.EXPIRED, one, date=_day(facts.not_after))]
    if now < facts.not_before:
        return [_finding(ChainFault.NOT_YET_VALID, one, date=_day(facts.not_before))]
    return []


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _name(own: _Sent, name: str) -> list[Finding]:
    names = own.facts.names
    if not names:
        return [_finding(ChainFault.NO_NAMES, own, name=name)]
    if not any(is_for(each, name) for each in names):
        return [_finding(ChainFault.WRONG_HOST, own, name=name, names=", ".join(names))]
    return []


def is_for(written: str, name: str) -> bool:
    """Whether a name in a certificate means this host or address (RFC 9525, 6.3).

    A wildcard stands for one whole label, the leftmost.
    """
    try:
        address = ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        pass
    else:
        return _address(written) == address
    host = _ascii(name)
    pattern = written.lower().rstrip(".")
    if not pattern.startswith("*."):
        return host == pattern
    first, _, rest = host.partition(".")
    return bool(first) and rest == pattern[2:]


def _address(text: str) -> object:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _ascii(name: str) -> str:
    """A host name as certificates spell it: A-labels (RFC 5890)."""
    bare = name.lower().rstrip(".")
    try:
        return bare if bare.isascii() else bare.encode("idna").decode()
    except UnicodeError:
        return bare


def _purpose(own: _Sent, purpose: CertificatePurpose) -> list[Finding]:
    allowed = own.facts.purposes
    if not allowed or purpose in allowed or CertificatePurpose.ANY in allowed:
        return []
    words = (tr(f"certificate_purposes.{each.value}") for each in dict.fromkeys(allowed))
    return [
        _finding(
            ChainFault.WRONG_PURPOSE,
            own,
            wanted=tr(f"certificate_purposes.{purpose.value}"),
            allowed=", ".join(words),
        )
    ]


def _strength(one: _Sent) -> list[Finding]:
    facts, found = one.facts, []
    least = LEAST_RSA if facts.key in ("RSA", "DSA") else LEAST_EC
    if 0 < facts.bits < least:
        key = f"{facts.key} {facts.bits}"
        found.append(_finding(ChainFault.WEAK_KEY, one, key=key, least=str(least)))
    if facts.signed_with in _OLD_HASHES and not facts.self_signed:
        found.append(_finding(ChainFault.WEAK_HASH, one, hash=facts.signed_with.upper()))
    return found


def _finding(fault: ChainFault, one: _Sent, **values: str) -> Finding:
    return Finding(fault, one.place, (("title", one.facts.title), *values.items()))


def _path(
    sent: Sequence[_Sent], roots: Sequence[x509.Certificate] | None
) -> tuple[list[_Sent], list[Finding]]:
    """The certificates from the peer's own up, each signed by the next, and the fault at the end of
    the path.

    They may have been sent in any order (RFC 8446, 4.4.2).
    """
    path = [sent[0]]
    while True:
        last = path[-1]
        if roots is not None and any(_signed(last.certificate, root) for root in roots):
            return path, []
        if roots is not None and last.certificate in roots:
            return path, []
        if last.facts.self_signed:
            return path, _at_a_root(last, alone=len(path) == 1, known=roots is not None)
        others = [each for each in sent if each not in path]
        above = next((each for each in others if _signed(last.certificate, each.certificate)), None)
        if above is None:
            return path, _at_a_gap(last, others, roots)
        path.append(above)
        if not above.facts.authority:
            return path, [_finding(ChainFault.NO_AUTHORITY, last, issuer=above.facts.title)]


def _at_a_root(last: _Sent, *, alone: bool, known: bool) -> list[Finding]:
    if alone:
        return [_finding(ChainFault.SELF_SIGNED, last)]
    return [_finding(ChainFault.UNKNOWN_ROOT, last)] if known else []


def _at_a_gap(
    last: _Sent, others: Sequence[_Sent], roots: Sequence[x509.Certificate] | None
) -> list[Finding]:
    issuer = last.certificate.issuer
    named = [each.certificate for each in others] + list(roots or ())
    if any(each.subject == issuer for each in named):
        return [_finding(ChainFault.BAD_SIGNATURE, last, issuer=last.facts.issuer)]
    if roots is None and not others:
        return []  # the root need not be sent
    return [_finding(ChainFault.GAP, last, issuer=last.facts.issuer)]


def _signed(one: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Whether the issuer signed the certificate; judged by the names alone where the library does
    not support that kind of signature.
    """
    try:
        one.verify_directly_issued_by(issuer)
    except UnsupportedAlgorithm:
        return one.issuer == issuer.subject
    except (InvalidSignature, ValueError, TypeError, LookupError):
        return False
    return True
