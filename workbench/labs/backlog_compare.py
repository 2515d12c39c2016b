"""Compares prediction, article and observation, with reasons from this run's readings.

A reason is given only if its evidence was read; what fits no known pattern is reported as such.
What other systems do comes from documentation and is kept apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from workbench.engine.model.family import TCP, SocketKind, fitting
from workbench.frozen import dataclass
from workbench.labs.backlog_data import Family, Result
from workbench.labs.backlog_reasons import Reason, reason, shown
from workbench.labs.modes.mode_table import MODES, WAYS
from workbench.texts import tr

ELSEWHERE: Final = ("linux", "macos", "freebsd", "windows")


@dataclass(frozen=True, slots=True)
class Prediction:
    """How many clients somebody expects to end in each way."""

    connected: int
    refused: int
    silent: int = 0


@dataclass(frozen=True, slots=True)
class CompareRow:
    """One outcome; `said` None: there is no prediction."""

    outcome: str
    said: int | None
    article: int
    observed: int

    @property
    def label(self) -> str:
        return tr(f"backlog.row_{self.outcome}")


@dataclass(frozen=True, slots=True)
class Comparison:
    """The comparison that ends the lab.

    Attributes:
        reasons: why it turned out this way, as measured in this run.
        elsewhere: other systems, from documentation, not measured.
        ways: how to get a real refusal.
    """

    rows: tuple[CompareRow, ...]
    reasons: tuple[Reason, ...]
    elsewhere: tuple[Reason, ...]
    ways: tuple[Reason, ...]


def compare(result: Result, said: Prediction | None = None) -> Comparison:
    """Compare a finished run with the article, and with a prediction if there is one."""
    kind = _kind(result)
    unix = kind is not TCP
    reasons = tuple(_reasons(result))
    reasons = reasons or (
        reason(
            "why_unknown",
            peak=shown(result.queue_peak),
            limit=shown(result.queue_limit),
            drops=shown(result.drops),
        ),
    )
    return Comparison(
        rows=tuple(_rows(result, said)),
        reasons=tuple(replace(one, kind=kind) for one in reasons),
        elsewhere=tuple(
            Reason(f"elsewhere_{name}", kind=kind)
            for name in ELSEWHERE
            if not (unix and name == "windows")
        ),
        ways=tuple(
            Reason(f"way_{mode.name}", kind=kind) for mode in WAYS if not (unix and mode.private)
        ),
    )


def _kind(result: Result) -> SocketKind:
    return SocketKind("AF_UNIX") if result.family == Family.UNIX else TCP


def readings(result: Result) -> str:
    """What was read from the kernel, and whose counters those are; "": nothing could be read."""
    if result.queue_limit is None:
        return ""
    return tr(
        fitting(f"backlog.{MODES[result.mode].readings_text}", _kind(result)),
        peak=result.queue_peak,
        limit=result.queue_limit,
        drops=shown(result.drops),
        overflows=shown(result.listen_overflows),
        listen_drops=shown(result.listen_drops),
        rejected=shown(result.rejected),
    )


def _rows(result: Result, said: Prediction | None) -> Iterator[CompareRow]:
    """The three outcomes that the article and a prediction are about, and any others that
    occurred.
    """
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


def _reasons(result: Result) -> Iterator[Reason]:
    """Why clients were turned away in this mode, and what is true in every mode."""
    yield from MODES[result.mode].reasons(result)
    if result.accepted:
        yield reason("why_accepted", count=result.accepted)
    if result.error:
        yield reason("why_error", count=result.error)
