"""Broken heads and frames at a server of the window, looked at while they come: ten thousand
conversations with `--long`. Nothing stumbles, nothing grows, and each fault has its words.
"""

from __future__ import annotations

import re
import socket
import struct
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from PySide6.QtWidgets import QWidget

from tests.engine.protocol.websocket.attacker import Attacker
from tests.ui.conftest import Hand
from workbench.ui.record.frames_panel import FramesPanel

SHORT, LONG = 120, 500
"""Conversations with one window; with `--long` there are twenty of them."""
BOUND: Final = 60.0
"""Seconds; only catches a hang."""
MOST: Final = 96 << 10
"""KiB that the program may grow by from the second quarter on, whatever was said to it."""
RESET: Final = struct.pack("ii", 1, 0)


def attack(port: int, seed: int) -> None:
    """One conversation, to its end."""
    attacker = Attacker(seed, client=False, deflate=bool(seed & 1))
    head = attacker.head if seed % 4 else attacker.mutated(attacker.head)
    with socket.create_connection(("127.0.0.1", port), timeout=BOUND) as sock:
        try:
            sock.sendall(head)
            sock.sendall(attacker.frames())
            sock.shutdown(socket.SHUT_WR)
            while sock.recv(1 << 16):
                pass
        except ConnectionError:
            pass  # it was broken off: that is its right
        if seed % 2:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "block" in metafunc.fixturenames:
        blocks = 20 if metafunc.config.getoption("--long") else 1
        metafunc.parametrize("block", range(blocks))


class Attack(threading.Thread):
    """Goes on while the window is looked at."""

    def __init__(self, port: int, seeds: range) -> None:
        super().__init__()
        self.failure: BaseException | None = None
        self._port = port
        self._seeds = seeds

    def run(self) -> None:
        try:
            for seed in self._seeds:
                attack(self._port, seed)
        except BaseException as error:
            self.failure = error


def resident() -> int:
    """KiB in memory now (proc(5))."""
    if sys.platform != "linux":
        return 0
    found = re.search(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1])


def looks(hand: Hand, frames: FramesPanel) -> Iterator[None]:
    """Every part of the inspector at one row after the other."""
    inspector = hand.window.inspector
    while True:
        count = frames.model.rowCount()
        for place in range(inspector.count()):
            if count:
                frames.view.selectRow((count * (place + 1)) // (inspector.count() + 1))
            inspector.setCurrentIndex(place)
            yield


def test_broken_conversations_in_the_window(
    hand: Hand, request: pytest.FixtureRequest, block: int
) -> None:
    count = LONG if request.config.getoption("--long") else SHORT
    hand.choose("server.type", "ws")
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    session = hand.window.controller.session
    local = session.snapshot("server-1").local or ""
    port = int(local.rpartition(":")[2])
    hand.wait(lambda: hand.window.log.count() == 2)
    hand.window.log.setCurrentIndex(1)
    frames = hand.window.findChild(FramesPanel)
    assert isinstance(frames, QWidget)
    look = looks(hand, frames)
    before = 0
    for quarter in range(4):
        begin, end = count * quarter // 4, count * (quarter + 1) // 4
        thread = Attack(port, range(block * count + begin, block * count + end))
        thread.start()
        while thread.is_alive():
            next(look)
            hand.qtbot.wait(20)
        thread.join()
        assert thread.failure is None
        session.journal.flush()
        if quarter == 0:
            before = resident()
    grown = resident() - before
    print(f"{count} conversations: grown by {grown} KiB")
    assert grown < MOST
    reader = session.journal.reader()
    try:
        calls = {row.call for row in reader.page(1, session.journal.committed)}
    finally:
        reader.close()
    assert "internal_error" not in calls
    assert {"ws.fault", "ws.open", "ws.recv"} <= calls
    hand.wait(lambda: frames.model.rowCount() > count)
