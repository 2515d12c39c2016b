"""EndpointThread: an endpoint's loop on a QThread."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QThread

if TYPE_CHECKING:
    from workbench.engine.sockets.event_loop import EventLoop

_FOR_EVER: Final = 2**31 - 1


class EndpointThread(QThread):
    """Runs an event loop and nothing else; it has no slots, which would run in the
    maker's thread.
    """

    def __init__(self, loop: EventLoop) -> None:
        super().__init__()
        self.setObjectName(f"endpoint {loop.name}")
        self._loop = loop

    def join(self, timeout: float | None = None) -> None:
        """Wait for the end of run(), with the interface of threading.Thread."""
        self.wait(_FOR_EVER if timeout is None else int(timeout * 1000))

    def is_alive(self) -> bool:
        return self.isRunning()

    def run(self) -> None:
        # coverage, debuggers and profilers do not see a QThread otherwise
        if (trace := threading.gettrace()) is not None:
            sys.settrace(trace)
        if (profile := threading.getprofile()) is not None:
            sys.setprofile(profile)
        self._loop.run()


_running: set[EndpointThread] = set()


def qt_spawn(loop: EventLoop) -> EndpointThread:
    """Run the loop on a QThread; it is kept until it has ended, since destroying a running one
    aborts.
    """
    # a copy: a demonstration starts endpoints on a thread of its own
    for thread in [thread for thread in tuple(_running) if thread.isFinished()]:
        thread.wait()
        _running.discard(thread)
    thread = EndpointThread(loop)
    _running.add(thread)
    thread.start()
    return thread
