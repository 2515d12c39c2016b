"""What only the kernel knows: TCP_INFO, queues, unread and unsent bytes, drops.

Readings only look: they change nothing and make no event. A value that the system lacks is None.
"""

from __future__ import annotations

import array
import os
import select
import socket
import struct
import sys
from collections.abc import Iterable
from enum import Enum
from pathlib import Path
from typing import Final

from workbench.engine.model import options
from workbench.engine.model.kernel_reading import Reading
from workbench.engine.model.settings import OptionValue
from workbench.texts import Problem

LINUX: Final = sys.platform == "linux"
_TCP_INFO: Final = getattr(socket, "TCP_INFO", None)
_SO_MEMINFO: Final = 55  # linux/asm-generic/socket.h; not in Python's socket
_SIOCOUTQ: Final = 0x5411  # TIOCOUTQ
_FIONREAD: Final = 0x541B
_AF_UNIX: Final = getattr(socket, "AF_UNIX", -1)
_FAMILY: Final = socket.SocketType.family.__get__
_TYPE: Final = socket.SocketType.type.__get__
_INET: Final = frozenset({socket.AF_INET, socket.AF_INET6})

STATES: Final = (
    "", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE",
    "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING",
)  # fmt: skip
LISTEN: Final = 10
CLOSE: Final = 7

# offset, format and name within struct tcp_info (linux/tcp.h); decoded only where wholly present
_FIELDS: Final = (
    (2, "B", "retransmits"), (3, "B", "probes"), (4, "B", "backoff"), (8, "I", "rto_us"),
    (16, "I", "snd_mss"), (20, "I", "rcv_mss"), (24, "I", "unacked"), (28, "I", "sacked"),
    (32, "I", "lost"), (44, "I", "last_data_sent_ms"), (52, "I", "last_data_recv_ms"),
    (56, "I", "last_ack_recv_ms"), (60, "I", "pmtu"), (68, "I", "rtt_us"), (72, "I", "rttvar_us"),
    (76, "I", "ssthresh"), (80, "I", "cwnd"), (100, "I", "total_retrans"),
    (120, "Q", "bytes_acked"), (128, "Q", "bytes_received"), (136, "I", "segs_out"),
    (140, "I", "segs_in"), (144, "I", "notsent"), (148, "I", "min_rtt_us"),
    (160, "Q", "delivery_rate"), (176, "Q", "rwnd_limited_us"), (200, "Q", "bytes_sent"),
    (208, "Q", "bytes_retrans"), (228, "I", "snd_wnd"), (232, "I", "rcv_wnd"),
)  # fmt: skip
_WHOLE: Final = struct.Struct(
    "="
    + "".join(
        f"{offset - end}x{form}"
        for (offset, form, _), end in zip(
            _FIELDS,
            [0, *(offset + struct.calcsize(form) for offset, form, _ in _FIELDS)],
            strict=False,
        )
    )
)
"""All of them in one structure: a kernel that has the last one has those before."""
_NAMES: Final = tuple(name for _, _, name in _FIELDS)


def can_tell(name: str) -> bool:
    """Whether this system can tell this value of a `Reading` at all."""
    if name in {"unread", "unsent", "drops"}:  # ioctl(2), SO_MEMINFO
        return LINUX
    return _TCP_INFO is not None and LINUX


def _kind(sock: socket.socket) -> tuple[int, int]:
    """Family and type as plain numbers: `sock.family` would make an enum member each time."""
    return _FAMILY(sock), _TYPE(sock)


def _tcp_info(sock: socket.socket, size: int) -> bytes:
    if _TCP_INFO is None:
        return b""
    family, kind = _kind(sock)
    if family not in _INET or kind != socket.SOCK_STREAM:
        return b""
    try:
        return sock.getsockopt(socket.IPPROTO_TCP, _TCP_INFO, size)
    except OSError:
        return b""


if sys.platform == "linux":
    import fcntl

    def _ioctl(sock: socket.socket, request: int) -> int | None:
        value = array.array("i", [0])
        try:
            fcntl.ioctl(sock.fileno(), request, value)
        except (OSError, ValueError):
            return None
        return value[0]

else:

    def _ioctl(_sock: socket.socket, _request: int) -> int | None:
        return None


def drops(sock: socket.socket) -> int | None:
    """Datagrams or SYNs that the kernel dropped at this socket (SO_MEMINFO[8])."""
    if not LINUX or _kind(sock)[0] not in _INET:
        return None
    try:
        raw = sock.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, 36)
    except OSError:
        return None
    return int(struct.unpack_from("=I", raw, 32)[0]) if len(raw) >= 36 else None


def read(sock: socket.socket) -> Reading:
    """Everything the kernel tells about a socket."""
    raw = _tcp_info(sock, 280)
    found: dict[str, int] = {}
    if len(raw) >= _WHOLE.size:
        found = dict(zip(_NAMES, _WHOLE.unpack_from(raw), strict=True))
    else:
        for offset, form, name in _FIELDS:
            if offset + struct.calcsize(form) <= len(raw):
                found[name] = struct.unpack_from("=" + form, raw, offset)[0]
    state = STATES[raw[0]] if raw and raw[0] < len(STATES) else None
    listening = bool(raw) and raw[0] == LISTEN
    return Reading(
        state=state,
        unread=None if listening else _ioctl(sock, _FIONREAD),
        unsent=None if listening else _ioctl(sock, _SIOCOUTQ),
        drops=drops(sock),
        **found,
    )


def quick(sock: socket.socket) -> tuple[str | None, int | None, int | None]:
    """State, unread and unsent bytes only: cheap enough for every row in sight."""
    raw = _tcp_info(sock, 1)
    state = STATES[raw[0]] if raw and raw[0] < len(STATES) else None
    return state, _ioctl(sock, _FIONREAD), _ioctl(sock, _SIOCOUTQ)


def options_in_effect(
    sock: socket.socket, names: Iterable[str]
) -> tuple[tuple[str, OptionValue], ...]:
    """The values of these options in the kernel now; those that this socket does not know are left
    out. As with all kernel readings, no event is made.
    """
    found: list[tuple[str, OptionValue]] = []
    for name in names:
        option = options.find(name)
        if option.number is None:
            continue
        try:
            raw = (
                sock.getsockopt(option.level, option.number, option.size)
                if option.size
                else sock.getsockopt(option.level, option.number)
            )
        except OSError:
            continue
        found.append((name, options.decode(option, raw)))
    return tuple(found)


class Zero(Enum):
    """The meaning of a recv() of 0 bytes on a SOCK_SEQPACKET: an empty message or the end."""

    MESSAGE = "an empty message"
    END = "the end of the stream"
    EITHER = "only the call itself can tell"


def what_zero_means(sock: socket.socket) -> Zero:
    """What the next recv() of 0 bytes on a SOCK_SEQPACKET would mean, as far as a peek can tell.

    Linux returns 0 for both (unix(7)). POLLRDHUP says that the peer has finished: without it, what
    is readable is a message; with it, unread bytes come after the empty one.
    """
    if sys.platform != "linux" or sock.family != _AF_UNIX:
        return Zero.END
    poll = select.poll()
    poll.register(sock, select.POLLIN | select.POLLRDHUP)
    events = next((mask for _fd, mask in poll.poll(0)), 0)
    if not events & select.POLLRDHUP:
        return Zero.MESSAGE
    return Zero.MESSAGE if _ioctl(sock, _FIONREAD) else Zero.EITHER


def queue(sock: socket.socket) -> tuple[int, int] | None:
    """(waiting, limit) of a listener's accept queue; the kernel admits one more than the limit."""
    raw = _tcp_info(sock, 32)
    if len(raw) >= 32 and raw[0] == LISTEN:
        waiting, limit = struct.unpack_from("=II", raw, 24)
        return waiting, limit
    if LINUX and _kind(sock)[0] == _AF_UNIX:
        return _unix_queue(sock)
    return None


def _unix_queue(sock: socket.socket) -> tuple[int, int] | None:
    """The queue of an AF_UNIX listener, by inode (linux/unix_diag.h, UDIAG_SHOW_RQLEN)."""
    try:
        if not sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            return None
        inode = os.fstat(sock.fileno()).st_ino
        with socket.socket(16, socket.SOCK_RAW, 4) as diag:  # AF_NETLINK, NETLINK_SOCK_DIAG
            request = struct.pack(
                "=BBHIIIII", _AF_UNIX, 0, 0, 0xFFFFFFFF, inode, 0x10, 0xFFFFFFFF, 0xFFFFFFFF
            )
            diag.send(struct.pack("=IHHII", 16 + len(request), 20, 1, 1, 0) + request)
            answer = diag.recv(4096)
    except OSError:
        return None
    return _rqlen(answer)


def _rqlen(answer: bytes) -> tuple[int, int] | None:
    length, kind = struct.unpack_from("=IH", answer)
    if kind != 20:
        return None
    position = 32  # nlmsghdr 16, unix_diag_msg 16
    while position + 4 <= length:
        size, attribute = struct.unpack_from("=HH", answer, position)
        if size < 4:
            return None
        if attribute == 4 and size >= 12:  # UNIX_DIAG_RQLEN
            waiting, limit = struct.unpack_from("=II", answer, position + 4)
            return waiting, limit
        position += (size + 3) & ~3
    return None


def check_backlog(backlog: int) -> None:
    """Refuse what listen() of Python, which takes a C int, cannot take. Raises Problem."""
    if not -(2**31) <= backlog < 2**31:
        raise Problem("engine.bad_backlog", backlog=backlog)


def somaxconn() -> int | None:
    """The system's cap on a backlog; None: it cannot be read."""
    try:
        return int(Path("/proc/sys/net/core/somaxconn").read_text())
    except (OSError, ValueError):
        return None
