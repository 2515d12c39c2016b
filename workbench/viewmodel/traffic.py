"""Traffic: bytes, calls and rates each way since a counter was last set to zero."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from workbench.frozen import dataclass
from workbench.named_tuple import NamedTuple
from workbench.texts import tr

if TYPE_CHECKING:
    from workbench.engine.model.snapshot import ConnectionSnapshot, EndpointSnapshot

SPAN: Final = 1.5
"""Seconds over which bytes a second are counted."""
_UNITS: Final = ("B", "kB", "MB", "GB", "TB")


class Traffic(NamedTuple):
    """Bytes and the calls that moved any; a recv() that reads the end of a stream does not
    count.
    """

    bytes_in: int = 0
    reads: int = 0
    bytes_out: int = 0
    sends: int = 0

    def plus(self, other: Traffic) -> Traffic:
        return Traffic(
            self.bytes_in + other.bytes_in,
            self.reads + other.reads,
            self.bytes_out + other.bytes_out,
            self.sends + other.sends,
        )

    def since(self, base: Traffic) -> Traffic:
        return Traffic(
            self.bytes_in - base.bytes_in,
            self.reads - base.reads,
            self.bytes_out - base.bytes_out,
            self.sends - base.sends,
        )


@dataclass(frozen=True, slots=True)
class TrafficState:
    """What a counter shows.

    Attributes:
        number: that of the counted connection; None: all of them.
        rate_in, rate_out: bytes a second.
    """

    counted: Traffic = Traffic()
    rate_in: int = 0
    rate_out: int = 0
    number: int | None = None

    @property
    def moving(self) -> bool:
        """Whether it changes just by waiting: a rate falls when nothing more comes."""
        return bool(self.rate_in or self.rate_out)


NO_TRAFFIC: Final = TrafficState()


def traffic_of(item: EndpointSnapshot | ConnectionSnapshot) -> Traffic:
    """Everything that an endpoint or connection has moved since it exists."""
    return Traffic(item.bytes_in, item.reads, item.bytes_out, item.sends)


class Meter:
    """The counters of an endpoint, and of each connection that was set to zero by itself."""

    def __init__(self) -> None:
        self._bases: dict[int | None, Traffic] = {}
        self._looks: deque[tuple[float, Traffic]] = deque()
        self._subject: int | None = None
        self._newest = Traffic()

    def look(self, total: Traffic, now: float, number: int | None = None) -> TrafficState:
        """The state of the counter at a time in seconds. `number`: that of one connection."""
        if number != self._subject:
            self._looks.clear()
            self._subject, self._newest = number, Traffic()
        if any(new < old for new, old in zip(total, self._newest, strict=True)):
            self._bases.clear()  # another record: what was counted is gone
            self._looks.clear()
        base = self._bases.get(number, Traffic())
        if any(new < old for new, old in zip(total, base, strict=True)):
            self._bases.clear()
            base = Traffic()
        self._newest = total
        rate_in, rate_out = self._rates(total, now)
        return TrafficState(total.since(base), rate_in, rate_out, number)

    def reset(self) -> None:
        """Count from zero what was looked at last."""
        self._bases[self._subject] = self._newest

    def _rates(self, total: Traffic, now: float) -> tuple[int, int]:
        looks = self._looks
        looks.append((now, total))
        while len(looks) > 2 and looks[1][0] <= now - SPAN:
            looks.popleft()
        then, before = looks[0]
        took = max(now - then, SPAN / 3)  # for the first bytes it is unknown how long they took
        moved = total.since(before)
        return round(moved.bytes_in / took), round(moved.bytes_out / took)


def size_text(count: int) -> str:
    """Bytes in decimal units, three digits: "999 B", "12.3 kB", "4.57 MB"."""
    if count < 1000:
        return f"{count} B"
    value = float(count)
    for unit in _UNITS:
        if value < 999.5 or unit == _UNITS[-1]:
            break
        value /= 1000
    digits = 2 if value < 9.995 else 1 if value < 99.95 else 0
    return f"{value:.{digits}f} {unit}"


def traffic_text(state: TrafficState, *, rates: bool = True) -> str:
    """One short line; rates only while something moves, and if there is room for them."""
    counted = state.counted
    parts = []
    for way, count, rate in (
        ("in", counted.bytes_in, state.rate_in),
        ("out", counted.bytes_out, state.rate_out),
    ):
        said = tr(f"traffic.{way}", size=size_text(count))
        parts.append(
            f"{said} ({tr('traffic.rate', size=size_text(rate))})" if rate and rates else said
        )
    return "  ".join(parts)


def traffic_tip(state: TrafficState) -> str:
    """Everything that is known, one line for each direction."""
    counted = state.counted
    of = (
        tr("traffic.of_endpoint")
        if state.number is None
        else tr("traffic.of_connection", number=state.number)
    )
    return "\n".join([
        of,
        tr("traffic.tip_in", count=f"{counted.bytes_in:,}", calls=f"{counted.reads:,}",
           rate=f"{state.rate_in:,}"),
        tr("traffic.tip_out", count=f"{counted.bytes_out:,}", calls=f"{counted.sends:,}",
           rate=f"{state.rate_out:,}"),
        tr("traffic.tip_reset"),
    ])  # fmt: skip
