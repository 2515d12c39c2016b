"""Why a run turned out as it did: sentences whose evidence was read in this run.

Each mode combines those that can be true of it (LabMode.reasons); what only its own actions bring
about, it says itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from workbench.engine.model.family import TCP, SocketKind, fitting
from workbench.frozen import dataclass
from workbench.labs.backlog_data import Family, Result
from workbench.texts import tr


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence that is worded in the language current when it is shown."""

    key: str
    values: tuple[tuple[str, object], ...] = ()
    kind: SocketKind = TCP

    @property
    def text(self) -> str:
        return tr(fitting(f"backlog.{self.key}", self.kind), **dict(self.values))


def reason(key: str, **values: object) -> Reason:
    """The text `backlog.KEY`, filled in when it is shown."""
    return Reason(key, tuple(values.items()))


def shown(value: int | None) -> object:
    """A reading, or a dash if there is none."""
    return "–" if value is None else value


def queue(result: Result) -> Iterator[Reason]:
    """The limit in effect, and how full the accept queue was seen to be."""
    yield from _limit(result)
    yield from _fill(result)


def _limit(result: Result) -> Iterator[Reason]:
    """Why the limit in effect is not the number that was asked for."""
    asked, limit = result.backlog, result.queue_limit
    if limit is None or limit == asked:
        return
    if asked < 0 and limit == 0:
        yield reason("why_negative", asked=asked)
    elif limit == result.somaxconn and asked > limit:
        yield reason("why_capped", asked=asked, limit=limit)
    else:
        yield reason("why_other_limit", asked=asked, limit=limit)


def _fill(result: Result) -> Iterator[Reason]:
    """How full the queue was seen to be."""
    peak, limit = result.queue_peak, result.queue_limit
    if peak is None or limit is None:
        yield reason("why_no_reading")
    elif peak == limit + 1:
        yield reason("why_one_more", peak=peak, limit=limit)
    elif result.connected == result.clients:
        yield reason("why_never_full", peak=peak, limit=limit)


def silence(result: Result, because: Reason | None) -> Iterator[Reason]:
    """Why clients got no answer, and whose patience ended.

    Args:
        because: what the readings tell of the silent ones; None where they tell nothing.
    """
    silent = result.timed_out + result.pending
    if silent and result.family == Family.UNIX:
        yield reason("why_unix_waits", count=silent)
    elif silent:
        yield because or reason("why_silent_unknown", count=silent)
    ours = result.timed_out - result.timed_out_kernel
    if ours:
        yield reason("why_our_timeout", count=ours)
    if result.timed_out_kernel:
        yield reason("why_kernel_timeout", count=result.timed_out_kernel)
    if result.pending:
        yield reason("why_pending", count=result.pending)


def dropped(result: Result) -> Reason | None:
    """The listener's own counter of dropped SYNs, if it has grown."""
    if not result.drops:
        return None
    silent = result.timed_out + result.pending
    return reason("why_dropped", count=silent, drops=result.drops)


def again(result: Result) -> Iterator[Reason]:
    """Why a connect() over AF_UNIX failed with EAGAIN."""
    if result.again:
        key = "why_again" if result.queue_full else "why_again_unknown"
        yield reason(key, count=result.again)
