"""Readings against another reading of the same kernel: struct tcp_info as linux/tcp.h has it."""

from __future__ import annotations

import ctypes
import re
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from workbench.engine.model.kernel_reading import Reading
from workbench.engine.sockets import kernel_readings

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="TCP_INFO is laid out by Linux")

# include/uapi/linux/tcp.h, in its order; what a kernel before 6.x does not fill in stays zero
LAYOUT = """
u8 state, ca_state, retransmits, probes, backoff, options, wscale, flags;
u32 rto, ato, snd_mss, rcv_mss, unacked, sacked, lost, retrans, fackets, last_data_sent,
    last_ack_sent, last_data_recv, last_ack_recv, pmtu, rcv_ssthresh, rtt, rttvar, snd_ssthresh,
    snd_cwnd, advmss, reordering, rcv_rtt, rcv_space, total_retrans;
u64 pacing_rate, max_pacing_rate, bytes_acked, bytes_received;
u32 segs_out, segs_in, notsent_bytes, min_rtt, data_segs_in, data_segs_out;
u64 delivery_rate, busy_time, rwnd_limited, sndbuf_limited;
u32 delivered, delivered_ce;
u64 bytes_sent, bytes_retrans;
u32 dsack_dups, reord_seen, rcv_ooopack, snd_wnd, rcv_wnd, rehash;
"""
OTHER_NAMES = {
    "rto_us": "rto",
    "rtt_us": "rtt",
    "rttvar_us": "rttvar",
    "ssthresh": "snd_ssthresh",
    "cwnd": "snd_cwnd",
    "min_rtt_us": "min_rtt",
    "rwnd_limited_us": "rwnd_limited",
    "last_data_sent_ms": "last_data_sent",
    "last_data_recv_ms": "last_data_recv",
    "last_ack_recv_ms": "last_ack_recv",
    "notsent": "notsent_bytes",
}
"""What a reading calls otherwise than the kernel: with its unit, or in words of socket(7)."""
BESIDE = {"state", "unread", "unsent", "drops"}
"""What comes from elsewhere, or in words."""


class Info(ctypes.Structure):
    """struct tcp_info."""

    _fields_ = tuple(
        (name, {"u8": ctypes.c_uint8, "u32": ctypes.c_uint32, "u64": ctypes.c_uint64}[kind])
        for kind, names in re.findall(r"(u\d+)\s+([^;]+);", LAYOUT)
        for name in re.split(r",\s*", names)
    )


@pytest.fixture
def used() -> Iterator[socket.socket]:
    """A connection over which something has gone both ways, so that its values differ."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        client = stack.enter_context(socket.create_connection(listener.getsockname()))
        server = stack.enter_context(listener.accept()[0])
        for size in (1, 500, 30_000):
            client.sendall(bytes(size))
            server.recv(size, socket.MSG_WAITALL)
            server.sendall(bytes(2 * size))
            client.recv(2 * size, socket.MSG_WAITALL)
        yield client


def theirs(sock: socket.socket) -> Info:
    raw = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, ctypes.sizeof(Info))
    return Info.from_buffer_copy(raw.ljust(ctypes.sizeof(Info), b"\0"))


def test_every_value_is_read_where_the_kernel_puts_it(used: socket.socket) -> None:
    names = [name for name in Reading.__dataclass_fields__ if name not in BESIDE]
    for _ in range(100):  # what counts time moves on meanwhile: between two equal looks it stood
        before, reading, after = theirs(used), kernel_readings.read(used), theirs(used)
        if bytes(before) == bytes(after):
            break
    else:
        pytest.fail("the connection never stood still")
    expected = {name: getattr(after, OTHER_NAMES.get(name, name)) for name in names}
    found = {name: getattr(reading, name) for name in names}
    assert {name: value for name, value in found.items() if value is not None} == {
        name: expected[name] for name in names if found[name] is not None
    }
    assert found["rtt_us"] not in {None, 0, found["rttvar_us"]}
    assert found["bytes_acked"] != found["bytes_received"]
    assert reading.state == "ESTABLISHED"


@pytest.mark.parametrize(
    ("offset", "name"),
    [
        (getattr(Info, OTHER_NAMES.get(name, name)).offset, name)
        for _, _, name in kernel_readings._FIELDS
    ],
)
def test_every_offset_is_that_of_the_struct(offset: int, name: str) -> None:
    assert next(at for at, _, field in kernel_readings._FIELDS if field == name) == offset


def test_a_listeners_queue_is_what_waits_in_it() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=5) as listener, ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(socket.create_connection(listener.getsockname()))
        assert kernel_readings.queue(listener) == (3, 5)
        reading = kernel_readings.read(listener)
        assert (reading.state, reading.unacked, reading.sacked) == ("LISTEN", 3, 5)
        assert (reading.unread, reading.unsent) == (None, None)


def test_what_was_not_read_is_unread(used: socket.socket) -> None:
    pair = socket.socketpair()
    with pair[0], pair[1]:
        pair[0].send(b"seven b")
        assert kernel_readings.quick(pair[1])[1] == 7
        assert kernel_readings.read(pair[1]).unread == 7
