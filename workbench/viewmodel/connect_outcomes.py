"""Outcomes of many connects, counted in one sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from workbench.engine.model.snapshot import CloseCause, ConnectionSnapshot, EndpointSnapshot
from workbench.texts import tr
from workbench.viewmodel.message import Message, msg

ORDER: Final = (
    "connected",
    "waiting",
    "finished",
    "refused",
    "timed_out",
    "reset",
    "failed",
    "peer",
    "local",
    "aborted",
)
"""As a sentence counts them: what stands, what is open, what went wrong, what is over."""
TROUBLE: Final = frozenset({"refused", "timed_out", "reset", "failed"})
_CAUSES: Final = {
    CloseCause.LOCAL: "local",
    CloseCause.ABORTED: "aborted",
    CloseCause.PEER: "peer",
    CloseCause.RESET: "reset",
    CloseCause.FAILED: "failed",
    CloseCause.TIMED_OUT: "timed_out",
}
_ERRNOS: Final = {"ECONNREFUSED": "refused", "ETIMEDOUT": "timed_out", "ECONNRESET": "reset"}


def outcome_of(item: ConnectionSnapshot) -> str:
    """The outcome of one connect, one of ORDER."""
    if item.closed_ns is not None:
        found = _CAUSES[item.close_cause or CloseCause.LOCAL]
        return _ERRNOS.get(item.errno or "", found) if found == "failed" else found
    if item.errno is not None:
        return _ERRNOS.get(item.errno, "failed")
    if item.connected_ns is None:
        return "waiting"
    return "finished" if item.peer_finished and not item.deaf else "connected"


def outcome_text(item: ConnectionSnapshot) -> str:
    """An outcome in words, with the errno if there was one."""
    return f"{tr(f'outcome.{outcome_of(item)}')} {item.errno or ''}".rstrip()


def newest_round(snapshot: EndpointSnapshot) -> Sequence[ConnectionSnapshot]:
    """The connections of the last Connect, without earlier ones.

    Of a name's addresses only the last one tried counts.
    """
    counted = sorted(
        (item for item in snapshot.connections if not item.passed_over),
        key=lambda item: item.number,
    )
    return counted[-snapshot.settings.count :]


def tally(items: Sequence[ConnectionSnapshot]) -> tuple[Message, frozenset[str]]:
    """How many ended in which way ("3 connected, 2 refused"), and the outcomes that occurred."""
    counts = Counter(map(outcome_of, items))
    found = [name for name in ORDER if counts[name]]
    parts = [msg(f"tally.{name}", count=counts[name]) for name in found]
    sentence = parts[0] if parts else msg("tally.connected", count=0)
    for part in parts[1:]:
        sentence = msg("tally.and", left=sentence, right=part)
    return sentence, frozenset(found)
