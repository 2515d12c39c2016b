"""Snapshots for tests without a window: nobody else asks for newer ones there."""

from __future__ import annotations

import threading

from workbench.engine.model.snapshot import EndpointSnapshot
from workbench.session import Session

HANG = 60.0


def fresh(
    session: Session,
    name: str,
    detail: frozenset[int] = frozenset(),
    seen: frozenset[int] = frozenset(),
) -> EndpointSnapshot:
    """A snapshot that is made now; who asks again and again sees what comes meanwhile."""
    made = threading.Event()
    session.refresh(name, detail, seen, made.set)
    assert made.wait(HANG)
    return session.snapshot(name)
