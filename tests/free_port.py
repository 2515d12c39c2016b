"""A port for a test that has to know it beforehand."""

from __future__ import annotations

import random
import socket
from pathlib import Path

_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_FIRST, _END = 10_000, 32_768


def free_port() -> int:
    """One that nobody has, and that the kernel gives nobody (ip(7), ip_local_port_range).

    Of those that it does give, a connect() of whatever runs beside takes one at any moment.
    """
    end = min(_END, int(_RANGE.read_text().split()[0])) if _RANGE.exists() else _END
    while True:
        port = random.randrange(_FIRST, max(end, _FIRST + 1_000))
        try:
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                with socket.socket(socket.AF_INET, kind) as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return port
