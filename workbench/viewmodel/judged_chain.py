"""A handshake's certificates with what OpenSSL said of them, and everything that is wrong.

OpenSSL looked at them at the time, and the row says what it found; nothing here contradicts it.
Which roots are trusted today is not looked up: that may have changed since.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from workbench.certificates.facts import CertificateFacts, CertificatePurpose, facts_of
from workbench.certificates.judging import ChainFault, Finding, judge
from workbench.explain.tls_sentences import believed
from workbench.literals import arguments_of
from workbench.texts import tr
from workbench.viewmodel.certificate_state import (
    CertificateLine,
    CertificateState,
    TlsShown,
    Whose,
    chain_of,
)

_UNTRUSTED: Final = frozenset({2, 18, 19, 20, 21})
"""Codes for a chain whose end nobody believes: OpenSSL looks at that first (verify(1))."""
_AT_THE_END: Final = frozenset(
    {
        ChainFault.SELF_SIGNED,
        ChainFault.UNKNOWN_ROOT,
        ChainFault.GAP,
        ChainFault.BAD_SIGNATURE,
        ChainFault.NO_AUTHORITY,
    }
)
"""What cannot be where OpenSSL has found its way to somebody who is believed."""
_MEANT: Final[Mapping[int, frozenset[ChainFault]]] = {
    2: frozenset({ChainFault.GAP}),
    7: frozenset({ChainFault.BAD_SIGNATURE}),
    9: frozenset({ChainFault.NOT_YET_VALID}),
    10: frozenset({ChainFault.EXPIRED}),
    18: frozenset({ChainFault.SELF_SIGNED}),
    19: frozenset({ChainFault.UNKNOWN_ROOT}),
    20: frozenset({ChainFault.GAP}),
    21: frozenset({ChainFault.GAP}),
    24: frozenset({ChainFault.NO_AUTHORITY}),
    26: frozenset({ChainFault.WRONG_PURPOSE}),
    62: frozenset({ChainFault.WRONG_HOST, ChainFault.NO_NAMES}),
    64: frozenset({ChainFault.WRONG_HOST, ChainFault.NO_NAMES}),
    66: frozenset({ChainFault.WEAK_KEY}),
    67: frozenset({ChainFault.WEAK_KEY}),
    68: frozenset({ChainFault.WEAK_HASH}),
    79: frozenset({ChainFault.NO_AUTHORITY}),
}
"""What a verify code says, as it is said here (x509_vfy.h)."""


def judged(shown: TlsShown) -> CertificateState:
    """What there is to say, in the current language."""
    named = arguments_of(shown.outcome or "")[1]
    says = [*_asked(shown, named), *_became(shown, named)]
    wrong: list[str] = []
    certificates: list[CertificateLine] = []
    for side, message in ((Whose.PEER, shown.peer), (Whose.OWN, shown.own)):
        if message is None:
            continue
        chain = chain_of(message)
        if chain is None:
            wrong.append(tr(f"certificate_tab.unreadable_{side.value}"))
            continue
        found, more = _findings(shown, named, side, chain)
        wrong += [*(_told(side, each) for each in found), *more]
        bad = {each.index for each in found} | ({0} if more else set())
        for place, der in enumerate(chain):
            certificates.append(_shown(side, place, der, good=place not in bad))
    return CertificateState(tuple(says), tuple(wrong), tuple(certificates))


def _asked(shown: TlsShown, named: Mapping[str, Any]) -> list[str]:
    """The name that was asked for."""
    if shown.outcome is None:
        return []
    side = "client" if shown.server else "own"
    name = named.get("sni")
    if not name:
        return [tr(f"certificate_tab.no_name_{side}")]
    return [tr(f"certificate_tab.name_{side}", name=name)]


def _checked(named: Mapping[str, Any]) -> list[str]:
    """The roots it was checked against; a record of an older version may not have them."""
    trust = named.get("trust")
    return [tr("tls.message.believed", trust=believed(trust))] if trust else []


def _became(shown: TlsShown, named: Mapping[str, Any]) -> list[str]:
    """What OpenSSL said about what the other end showed."""
    if shown.outcome is None:
        return [tr("certificate_tab.not_done")]
    says: list[str] = []
    if "verify" in named:
        says.append(
            tr("certificate_tab.refused", reason=named.get("reason", ""), code=named["verify"])
        )
        says += _checked(named)
    elif named.get("no_certificate"):
        says.append(tr("tls.no_certificate.what"))
    elif shown.word is not None:
        says.append(tr("certificate_tab.failed", word=shown.word))
    elif named.get("resumed"):
        says.append(tr("certificate_tab.resumed"))
    elif named.get("verified") is False:
        says.append(tr("certificate_tab.unchecked"))
    elif named.get("trust") and shown.peer is not None and chain_of(shown.peer):
        says.append(tr("certificate_tab.taken", trust=believed(named["trust"])))
    elif shown.server:
        says.append(tr("certificate_tab.none_wanted"))
    alert = shown.alert or named.get("alert", "")
    if alert:
        says.append(tr("certificate_tab.alert", alert=alert))
    return says


def _findings(
    shown: TlsShown, named: Mapping[str, Any], side: Whose, chain: tuple[bytes, ...]
) -> tuple[list[Finding], list[str]]:
    """What is wrong with a chain, plus what OpenSSL says that is not among it."""
    servers = shown.server is not (side is Whose.PEER)  # whether it is the server's
    name = str(named.get("sni") or "") or None
    code = named.get("verify") if side is Whose.PEER else None
    held = shown.outcome is not None and shown.word is None and not shown.alert
    trusted = code not in _UNTRUSTED if code is not None else held and _looked(named, side)
    found = judge(
        chain,
        name if servers else None,
        shown.moment or datetime.now(UTC),
        roots=() if code in _UNTRUSTED else None,
        purpose=CertificatePurpose.SERVER if servers else CertificatePurpose.CLIENT,
    )
    if trusted:
        ends = _AT_THE_END - _MEANT.get(code or 0, frozenset())
        found = [each for each in found if each.fault not in ends]
    if code is not None:
        meant = _MEANT.get(code, frozenset())
        if any(each.fault in meant for each in found):
            return sorted(found, key=lambda each: each.fault not in meant), []
        return found, [tr("certificate_tab.only_openssl", reason=named.get("reason", ""))]
    all_the_same = side is Whose.PEER and trusted and found
    return found, [tr("certificate_tab.all_the_same")] if all_the_same else []


def _looked(named: Mapping[str, Any], side: Whose) -> bool:
    """Whether whoever got the chain has checked it; for the other end, its going on says so."""
    if side is Whose.OWN:
        return True
    return bool(named.get("trust")) and named.get("verified") is not False


def _told(side: Whose, finding: Finding) -> str:
    if finding.fault is ChainFault.EMPTY:
        return tr(f"certificate_tab.empty_{side.value}")
    return tr(f"certificate_tab.wrong_{side.value}", text=finding.text)


def _shown(side: Whose, place: int, der: bytes, *, good: bool) -> CertificateLine:
    try:
        facts = facts_of(der)
    except ValueError:
        place_name = tr("certificate_tab.place_other", number=place + 1)
        whose = tr(f"certificate_tab.whose_{side.value}", place=place_name)
        return CertificateLine(whose, tr("certificate_tab.no_certificate"), False, ())
    whose = tr(f"certificate_tab.whose_{side.value}", place=_place(place, facts))
    return CertificateLine(whose, facts.title, good, tuple(_facts(facts)))


def _place(place: int, facts: CertificateFacts) -> str:
    if not place:
        return tr("certificate_tab.place_self" if facts.self_signed else "certificate_tab.place_0")
    if facts.self_signed:
        return tr("certificate_tab.place_root")
    return tr("certificate_tab.place_between" if facts.authority else "certificate_tab.place_other",
              number=place + 1)  # fmt: skip


def _facts(facts: CertificateFacts) -> list[tuple[str, str]]:
    none = tr("certificate_tab.none")
    purposes = [tr(f"certificate_purposes.{each.value}") for each in dict.fromkeys(facts.purposes)]
    key = facts.key if not facts.bits else tr("certificate_tab.bits", key=facts.key, n=facts.bits)
    return [
        (tr("certificate_tab.subject"), facts.subject or none),
        (tr("certificate_tab.issuer"), facts.issuer or none),
        (tr("certificate_tab.names"), ", ".join(facts.names) or none),
        (tr("certificate_tab.not_before"), f"{facts.not_before:%Y-%m-%d %H:%M} UTC"),
        (tr("certificate_tab.not_after"), f"{facts.not_after:%Y-%m-%d %H:%M} UTC"),
        (tr("certificate_tab.purpose"), ", ".join(purposes) or tr("certificate_tab.any_purpose")),
        (tr("certificate_tab.key"), key),
        (tr("certificate_tab.signature"), facts.signed_with.upper() or none),
        (
            tr("certificate_tab.authority"),
            tr("certificate_tab.yes" if facts.authority else "certificate_tab.no"),
        ),
        (tr("certificate_tab.serial"), facts.serial),
        (tr("certificate_tab.fingerprint"), facts.fingerprint),
    ]
