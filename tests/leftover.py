"""What a window must not leave behind in the process."""

from __future__ import annotations

import threading
from collections.abc import Set as AbstractSet
from pathlib import Path

from workbench.qt import endpoint_thread as qt_thread


def threads_since(before: AbstractSet[threading.Thread]) -> list[str]:
    """Names of the threads that came since and still run, QThreads of endpoints among them."""
    stayed = [thread.name for thread in set(threading.enumerate()) - before]
    return stayed + [thread.objectName() for thread in qt_thread._running if thread.is_alive()]


def sockets() -> set[str]:
    """The sockets that this process has open, by inode (Linux)."""
    found = set()
    for link in Path("/proc/self/fd").iterdir():
        try:
            target = str(link.readlink())
        except OSError:  # the descriptor of the listing itself
            continue
        if target.startswith("socket:"):
            found.add(target)
    return found
