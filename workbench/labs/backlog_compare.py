"""Prediction, article and observation side by side, and why, from this run's readings alone.

A reason is given only where its evidence was read (DESIGN 7); what fits no known pattern is said
to fit none. What other systems do is documentation and kept apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from workbench.engine.model.family import TCP, SocketKind, fitting
from workbench.labs.backlog_data import Family, Mode, Result
from workbench.texts import tr

ELSEWHERE: Final = ("linux", "macos", "freebsd", "windows")
WAYS: Final = ("close", "bound", "gate", "firewall")


@dataclass(frozen=True, slots=True)
class Prediction:
    """What somebody expects: how many of the clients end in which way."""

    connected: int
    refused: int
    silent: int = 0


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence to be worded in the language of the moment."""

    key: str
    values: tuple[tuple[str, object], ...] = ()
    kind: SocketKind = TCP

    @property
    def text(self) -> str:
        return tr(fitting(f"backlog.{self.key}", self.kind), **dict(self.values))


@dataclass(frozen=True, slots=True)
class CompareRow:
    """One outcome; `said` is None where nobody predicted."""

    outcome: str
    said: int | None
    article: int
    observed: int

    @property
    def label(self) -> str:
        return tr(f"backlog.row_{self.outcome}")

    @property
    def agrees(self) -> bool:
        """Whether the article's number is what happened."""
        return self.article == self.observed


@dataclass(frozen=True, slots=True)
class Comparison:
    """The last step of the lab.

    Attributes:
        reasons: why it came out so: measured in this run.
        elsewhere: other systems: documentation, not measured.
        ways: how to get a real refusal.
    """

    rows: tuple[CompareRow, ...]
    reasons: tuple[Reason, ...]
    elsewhere: tuple[Reason, ...]
    ways: tuple[Reason, ...]


def compare(result: Result, said: Prediction | None = None) -> Comparison:
    """Set a finished run beside the article, and beside a prediction where there is one."""
    kind = _kind(result)
    unix = kind is not TCP
    reasons = tuple(_reasons(result))
    reasons = reasons or (
        _reason(
            "why_unknown",
            peak=_shown(result.queue_peak),
            limit=_shown(result.queue_limit),
            drops=_shown(result.drops),
        ),
    )
    return Comparison(
        rows=tuple(_rows(result, said)),
        reasons=tuple(replace(reason, kind=kind) for reason in reasons),
        elsewhere=tuple(
            Reason(f"elsewhere_{name}", kind=kind)
            for name in ELSEWHERE
            if not (unix and name == "windows")
        ),
        ways=tuple(
            Reason(f"way_{name}", kind=kind) for name in WAYS if not (unix and name == "firewall")
        ),
    )


def _kind(result: Result) -> SocketKind:
    return SocketKind("AF_UNIX") if result.family == Family.UNIX else TCP


def readings(result: Result) -> str:
    """What was read from the kernel, and whose counters they are; "" where nothing could be."""
    if result.queue_limit is None:
        return ""
    private = Mode(result.mode).private
    key = f"measured_{result.mode}" if private else "measured"
    return tr(
        fitting(f"backlog.{key}", _kind(result)),
        peak=result.queue_peak,
        limit=result.queue_limit,
        drops=_shown(result.drops),
        overflows=_shown(result.listen_overflows),
        listen_drops=_shown(result.listen_drops),
        rejected=_shown(result.rejected),
    )


def _rows(result: Result, said: Prediction | None) -> Iterator[CompareRow]:
    """The three that the article and a prediction speak of, and what else came up."""
    article = min(result.claim, result.clients)
    silent = result.timed_out + result.pending
    yield CompareRow("connected", said.connected if said else None, article, result.connected)
    yield CompareRow(
        "refused", said.refused if said else None, result.clients - article, result.refused
    )
    yield CompareRow("silent", said.silent if said else None, 0, silent)
    for name in ("reset", "again", "error"):
        count = int(getattr(result, name))
        if count:
            yield CompareRow(name, None, 0, count)


def _reason(key: str, **values: object) -> Reason:
    return Reason(key, tuple(values.items()))


def _reasons(result: Result) -> Iterator[Reason]:
    if result.mode in {Mode.KERNEL, Mode.ABORT}:
        yield from _limit(result)
        yield from _queue(result)
    turned_away = (_silence, _refusals)
    for why in reversed(turned_away) if result.mode == Mode.ABORT else turned_away:
        yield from why(result)
    if result.accepted:
        yield _reason("why_accepted", count=result.accepted)
    if result.error:
        yield _reason("why_error", count=result.error)


def _limit(result: Result) -> Iterator[Reason]:
    """Why the limit in effect is not the number asked for."""
    asked, limit = result.backlog, result.queue_limit
    if limit is None or limit == asked:
        return
    if asked < 0 and limit == 0:
        yield _reason("why_negative", asked=asked)
    elif limit == result.somaxconn and asked > limit:
        yield _reason("why_capped", asked=asked, limit=limit)
    else:
        yield _reason("why_other_limit", asked=asked, limit=limit)


def _queue(result: Result) -> Iterator[Reason]:
    peak, limit = result.queue_peak, result.queue_limit
    if peak is None or limit is None:
        yield _reason("why_no_reading")
    elif peak == limit + 1:
        yield _reason("why_one_more", peak=peak, limit=limit)
    elif result.connected == result.clients:
        yield _reason("why_never_full", peak=peak, limit=limit)


def _silence(result: Result) -> Iterator[Reason]:
    silent = result.timed_out + result.pending
    if silent and result.family == "unix":
        yield _reason("why_unix_waits", count=silent)
    elif silent and result.mode == Mode.ABORT and result.queue_full and _syns_dropped(result):
        yield _reason("why_silent_abort", count=silent, overflows=result.listen_overflows)
    elif silent and result.drops and result.mode != Mode.ABORT:
        yield _reason("why_dropped", count=silent, drops=result.drops)
    elif silent:
        yield _reason("why_silent_unknown", count=silent)
    ours = result.timed_out - result.timed_out_kernel
    if ours:
        yield _reason("why_our_timeout", count=ours)
    if result.timed_out_kernel:
        yield _reason("why_kernel_timeout", count=result.timed_out_kernel)
    if result.pending:
        yield _reason("why_pending", count=result.pending)


def _syns_dropped(result: Result) -> bool:
    """Whether the private namespace counted more overflows than those: SYNs that met it full."""
    return (result.listen_overflows or 0) > _aborted(result)


def _refusals(result: Result) -> Iterator[Reason]:
    by_rule = min(result.refused, result.rejected or 0)
    if by_rule:
        yield _reason(
            "why_refused_firewall",
            count=by_rule,
            rejected=result.rejected,
            peak=_shown(result.queue_peak),
            limit=_shown(result.queue_limit),
        )
    others = result.refused - by_rule
    if others:
        key = "kernel" if Mode(result.mode).private else result.mode
        yield _reason(f"why_refused_{key}", count=others)
    aborted = _aborted(result)
    if aborted:
        yield _reason("why_reset_abort", count=aborted)
    if result.reset - aborted:
        key = "why_reset_gate" if result.mode == Mode.GATE else "why_reset"
        yield _reason(key, count=result.reset - aborted)
    if result.again and result.queue_full:
        yield _reason("why_again", count=result.again)
    elif result.again:
        yield _reason("why_again_unknown", count=result.again)


def _aborted(result: Result) -> int:
    """How many tcp_abort_on_overflow has reset.

    Never in the queue, while it was read full and at least as many overflows were counted.
    """
    outside = result.reset_outside or 0
    return outside if result.queue_full and (result.listen_overflows or 0) >= outside else 0


def _shown(value: int | None) -> object:
    return "–" if value is None else value
