"""The Kernel tab in words: readings and options of one socket, points of the plots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workbench.engine.model.family import TCP, SocketKind, fitting
from workbench.engine.model.settings import OptionValue
from workbench.frozen import dataclass
from workbench.texts import tr
from workbench.viewmodel.option_text import show_value

# In order of usefulness (as in `ss -ti`); what a system does not tell is left out.
SHOWN: Final = (
    "rtt_us",
    "min_rtt_us",
    "unread",
    "unsent",
    "notsent",
    "unacked",
    "snd_wnd",
    "rcv_wnd",
    "cwnd",
    "retransmits",
    "total_retrans",
    "backoff",
    "probes",
    "bytes_sent",
    "bytes_acked",
    "bytes_received",
    "bytes_retrans",
    "rwnd_limited_us",
    "last_data_sent_ms",
    "last_data_recv_ms",
    "last_ack_recv_ms",
    "rto_us",
    "snd_mss",
    "rcv_mss",
    "pmtu",
    "ssthresh",
    "delivery_rate",
    "segs_out",
    "segs_in",
    "lost",
    "drops",
)
OF_LISTENERS: Final = (("queue", "unacked"), ("queue_limit", "sacked"), ("drops", "drops"))
"""What a reading means on a listening socket: its accept queue (tcp(7), sock_diag(7))."""
PLOTTED: Final = ("unread", "unsent", "rtt_us")

Options = tuple[tuple[str, OptionValue], ...]
Line = tuple[str, str, str]
"""Name, tip and value of a reading or an option."""


@dataclass(frozen=True, slots=True)
class KernelState:
    """Everything that the Kernel tab shows.

    Attributes:
        subject: a different number for each socket, so that nothing of one is shown for another.
        who: which socket, and between which addresses; "": unknown.
        head: its state and the age of the readings. silence: why nothing happens; "": something
            does.
        tcp_state: for the diagram; "": the socket has none.
    """

    subject: int
    who: str = ""
    head: str = ""
    silence: str = ""
    tcp_state: str = ""
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class PlotPoints:
    """The next points of the plots.

    Attributes:
        values: one for each plot that has one. passed: seconds since the previous points; 0.0:
            there were none.
    """

    values: dict[str, int]
    passed: float


class KernelLines:
    """Words readings for one kind of socket; each name is looked up once."""

    def __init__(self, kind: SocketKind = TCP) -> None:
        self.kind = kind
        self._words: dict[str, tuple[str, str]] = {}

    @property
    def has_states(self) -> bool:
        """Whether it has TCP's states and round trips, unlike a datagram or unix socket."""
        return self.kind.family != "AF_UNIX" and self.kind.type != "SOCK_DGRAM"

    def lines(self, reading: Mapping[str, object], state: str) -> list[Line]:
        """The readings that exist, in order."""
        named = OF_LISTENERS if state == "LISTEN" else [(key, key) for key in SHOWN]
        return [
            (*(self._words.get(name) or self._name_and_tip(name)), f"{value:,}")
            for name, key in named
            if (value := reading.get(key)) is not None
        ]

    def _name_and_tip(self, key: str) -> tuple[str, str]:
        """The name of a reading, and its meaning for this kind of socket."""
        kind = self.kind
        found = tr(fitting(f"kernel.{key}", kind)), tr(fitting(f"kerneltip.{key}", kind))
        self._words[key] = found
        return found


def option_lines(in_effect: Options, asked_for: Options) -> list[Line]:
    """The value in effect beside the one that was asked for."""
    asked = dict(asked_for)
    return [
        (
            name,
            tr("kerneltip.option"),
            tr("kernel.asked", asked=show_value(asked[name]), value=show_value(value))
            if name in asked
            else show_value(value),
        )
        for name, value in in_effect
    ]


def plotted(reading: Mapping[str, object], state: str) -> dict[str, int]:
    """What the plots show of a reading: without a TCP state there are no round trips."""
    return {
        key: value
        for key in PLOTTED
        if isinstance(value := reading.get(key), int) and (state or key != "rtt_us")
    }
