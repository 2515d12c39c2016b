"""Explains rows of the TLS layer (RFC 8446, RFC 5246) from what the rows themselves say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from workbench.engine.model.layer_fault import VERIFY_FAILED, LayerFault
from workbench.literals import arguments_of
from workbench.texts import has, sentences, tr

if TYPE_CHECKING:
    from workbench.journal.reader import Row

BEGINS: Final = "tls."
_ALERTS: Final = ("SSLV3_ALERT_", "TLSV1_ALERT_", "TLSV13_ALERT_", "TLSV1_")
"""Prefixes of OpenSSL's words for an alert that came."""
_SYSTEM: Final = "system"


def failed_text(row: Row, part: str) -> str | None:
    """The text for a failed row of TLS or a proxy; None: the text for its word is enough.

    `part`: what, kernel (for a certificate, OpenSSL's own words) or try.
    """
    if row.errno is None or not row.call.startswith((BEGINS, "proxy.")):
        return None
    fault = LayerFault(row.errno, row.call, row.args)
    stem = fault.stem
    if stem is None:
        return None
    if part == "kernel" and row.errno == VERIFY_FAILED:
        trust = arguments_of(row.args)[1].get("trust")
        said = tr("tls.message.reason", **fault.values)
        return sentences(said, tr("tls.message.believed", trust=believed(trust)) if trust else "")
    return tr(f"{stem}.{part}", **fault.values)


def believed(trust: object) -> str:
    """Which roots an end trusted, in words."""
    return tr("tls.message.system") if trust == _SYSTEM else str(trust)


def told_of_tls(row: Row) -> tuple[str, ...]:
    """Sentences for a row without an error."""
    values, named = arguments_of(row.args)
    word = row.call.removeprefix(BEGINS)
    if word == "handshake":
        return tuple(_agreed(values, named))
    if word == "end":
        return (tr("tls.message.ended"),)
    name = str(values[0]) if values else ""
    if name == "alert" and len(values) > 1:
        return (_alert(str(values[1]), sent=row.call == "tls.send"),)
    key = f"tls.message.{name}"
    return (tr(key if name.isidentifier() and has(key) else "tls.message.other"),)


def _alert(name: str, *, sent: bool) -> str:
    """What an alert says; the texts are worded for the end that receives it."""
    if name == "close_notify":
        return tr("tls.message.close_notify")
    keys = (
        *(f"errors.{begins}{name.upper()}.what" for begins in _ALERTS),
        f"tls.alert_{name}.what",
    )
    known = next((key for key in keys if has(key)), None)
    said = tr("tls.message.alert_sent" if sent else "tls.message.alert")
    if known is None:
        return said
    there = tr("tls.message.alert_there", what=tr(known)) if sent else tr(known)
    return sentences(said, there)


def _agreed(values: list[Any], named: dict[str, Any]) -> list[str]:
    version, cipher = (*values, "", "")[:2]
    lines = [tr("tls.message.done", version=f"TLS {version}", cipher=cipher)]
    trust = named.get("trust")
    if "alpn" in named and named["alpn"] is None:
        lines.append(tr("tls.message.no_alpn"))
    if named.get("verified") is False:
        lines.append(tr("tls.message.unchecked"))
    elif trust:
        lines.append(tr("tls.message.believed", trust=believed(trust)))
    if named.get("resumed"):
        lines.append(tr("tls.message.resumed"))
    return lines
