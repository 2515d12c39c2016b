"""What a window must not leave behind in the process."""

from __future__ import annotations

import threading
from collections.abc import Set as AbstractSet
from pathlib import Path

from workbench.qt import endpoint_thread as qt_thread


def threads_since(before: AbstractSet[threading.Thread]) -> list[str]:
    """Names of the threads that came since and still run, QThreads of endpoints among them."""
    came = set(threading.enumerate()) - before
    stayed = [thread.name for thread in came if _runs(thread)]
    return stayed + [thread.objectName() for thread in qt_thread._running if thread.is_alive()]


def _runs(thread: threading.Thread) -> bool:
    """Of a thread that threading did not start it keeps a dummy, and never learns of its end
    (Linux: what runs has a task).
    """
    tasks = Path("/proc/self/task")
    if not isinstance(thread, threading._DummyThread) or not tasks.is_dir():
        return thread.is_alive()
    return (tasks / str(thread.native_id)).exists()


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
