"""What the kernel shows of a socket (Linux: TCP_INFO of tcp(7), SIOCOUTQNSD)."""

from __future__ import annotations

import socket
import struct
import sys
import time

STATES = (
    "", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE",
    "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING",
)  # fmt: skip
FIELDS = (
    "rto_us", "ato_us", "snd_mss", "rcv_mss", "unacked", "sacked", "lost", "retrans", "fackets",
    "last_data_sent_ms", "last_ack_sent_ms", "last_data_recv_ms", "last_ack_recv_ms", "pmtu",
    "rcv_ssthresh", "rtt_us", "rttvar_us", "ssthresh", "cwnd", "advmss", "reordering", "rcv_rtt",
    "rcv_space", "total_retrans",
)  # fmt: skip


def reading(sock: socket.socket) -> dict[str, int | str]:
    """The state and the numbers, by name."""
    if sys.platform != "linux":
        raise NotImplementedError("what the kernel shows of a socket is read on Linux alone")
    info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
    found: dict[str, int | str] = dict(zip(FIELDS, struct.unpack_from("24I", info, 8), strict=True))
    found["state"] = STATES[info[0]]
    found["notsent"] = found["unsent"] = queued(sock, 0x894B)
    found["unread"] = queued(sock, 0x541B)
    return found


def queued(sock: socket.socket, request: int) -> int:
    """The bytes in a queue of the socket, by an ioctl."""
    if sys.platform == "win32":
        raise NotImplementedError("Windows has no such ioctl")
    import fcntl

    try:
        return int(struct.unpack("i", fcntl.ioctl(sock, request, b"\0" * 4))[0])
    except OSError:
        return 0


def look_until(
    sock: socket.socket,
    within: float,
    *,
    state: str | None = None,
    field: str | None = None,
    least: int | None = None,
    most: int | None = None,
) -> None:
    """Ask the kernel until it shows this. Raises AssertionError."""
    until = time.monotonic() + within
    while True:
        seen = reading(sock)
        number = seen.get(field or "", 0)
        assert isinstance(number, int)
        held = state in {None, seen["state"]}
        held = held and (least is None or number >= least) and (most is None or number <= most)
        if held:
            return
        assert time.monotonic() < until, f"{state or field}: {seen}"
        time.sleep(0.02)
