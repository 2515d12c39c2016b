"""Reading: what the kernel tells about a socket, as data."""

from __future__ import annotations

import json
from dataclasses import fields
from operator import attrgetter
from typing import Final

from workbench.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at a socket. Units are microseconds, milliseconds, bytes or segments, as the names
    say.

    For a listening socket `unacked` is the accept queue's length and `sacked` its limit.
    """

    state: str | None = None
    retransmits: int | None = None
    probes: int | None = None
    backoff: int | None = None
    rto_us: int | None = None
    snd_mss: int | None = None
    rcv_mss: int | None = None
    unacked: int | None = None
    sacked: int | None = None
    lost: int | None = None
    last_data_sent_ms: int | None = None
    last_data_recv_ms: int | None = None
    last_ack_recv_ms: int | None = None
    pmtu: int | None = None
    rtt_us: int | None = None
    rttvar_us: int | None = None
    ssthresh: int | None = None
    cwnd: int | None = None
    total_retrans: int | None = None
    bytes_acked: int | None = None
    bytes_received: int | None = None
    segs_out: int | None = None
    segs_in: int | None = None
    notsent: int | None = None
    min_rtt_us: int | None = None
    delivery_rate: int | None = None
    rwnd_limited_us: int | None = None
    bytes_sent: int | None = None
    bytes_retrans: int | None = None
    snd_wnd: int | None = None
    rcv_wnd: int | None = None
    unread: int | None = None
    unsent: int | None = None
    drops: int | None = None


_VALUES: Final = attrgetter(*(item.name for item in fields(Reading)))
_KEYS: Final = tuple(f'"{item.name}":' for item in fields(Reading) if item.name != "state")


def to_json(reading: Reading) -> str:
    """The known values as JSON: integers except for the state. Built by hand, since each connection
    that ends is read twice.
    """
    state, *numbers = _VALUES(reading)
    known = [
        f"{name}{number}" for name, number in zip(_KEYS, numbers, strict=True) if number is not None
    ]
    if state is not None:
        known.insert(0, f'"state":{json.dumps(state)}')
    return f"{{{','.join(known)}}}"
