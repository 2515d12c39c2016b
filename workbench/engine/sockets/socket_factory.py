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
        make: as socket.socket(family, type, protocol). Raises OSError where that call failed,
            Problem where it was never made: then there is no call to log.
        note: key of the note that follows each socket() made elsewhere; None: made here.
        args: what fills the note in, as Python literals.
    """

    make: Callable[[int, int, int], socket.socket]
    note: str | None = None
    args: str = ""


HERE: Final = Maker(socket.socket)
