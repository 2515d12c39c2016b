"""Where kernel sockets come from: this process, or a helper that hands them over."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Final

from workbench.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes the kernel socket behind TracedSocket's `socket()` call.

    Attributes:
        make: as socket.socket(family, type, protocol). Raises OSError if that call failed, Problem
            if it was never made, so that there is no call to log.
        note: the key of the note that follows each socket() made elsewhere; None: made here.
        args: what fills in the note, as Python literals.
    """

    make: Callable[[int, int, int], socket.socket]
    note: str | None = None
    args: str = ""


HERE: Final = Maker(socket.socket)
