"""A peer that keeps to nothing, at a server whose panel and frames are in front: ten thousand of
its conversations with `--long`.

The window goes on, says what is wrong, and keeps no more after many than after some.
"""

from __future__ import annotations

import gc
import random
import socket
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Final

import pytest
from PySide6.QtCore import QCoreApplication, QEvent

from tests.engine.protocol.websocket.attacker import MOST, Attacker
from tests.engine.protocol.websocket.peer import MASK, REQUEST, wire
from tests.ui.conftest import Hand
from workbench.engine.model import commands as c
from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.websocket_settings import Deflate, Violations, WebSocketSettings
from workbench.ui.record.frames_panel import FramesPanel
from workbench.viewmodel.frame_columns import COLUMNS

FEW: Final = 200
MANY: Final = 10_000
"""Conversations, in two halves; what one half leaves in memory the other must not leave again. The
newest 200 connections are kept, so some of each come first.
"""
FIRST: Final = 220
GROWS: Final = 4 << 20
"""Bytes that the second half may leave: caches with a limit, and what is about to end."""
EACH: Final = 250
"""... and for each conversation: what the table knows of its rows, and the numbers of sockets."""
SERVER: Final = "server-1"
BOUND: Final = 20.0
"""Seconds; only catches a hang."""
PLACES: Final = {column.key: place for place, column in enumerate(COLUMNS)}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "violations" in metafunc.fixturenames:
        tried = Violations if metafunc.config.getoption("--long") else [Violations.FAIL]
        metafunc.parametrize("violations", tried)


class Hostile(threading.Thread):
    """Has conversations with a server, one after the other."""

    def __init__(self, port: int, seeds: range) -> None:
        super().__init__(daemon=True)
        self.failed: BaseException | None = None
        self._port = port
        self._seeds = seeds

    def run(self) -> None:
        try:
            for seed in self._seeds:
                self._talk(seed)
        except BaseException as error:
            self.failed = error

    def _talk(self, seed: int) -> None:
        attacker = Attacker(seed, client=False, deflate=bool(seed & 1))
        head = attacker.head if seed % 4 else attacker.mutated(attacker.head)
        broken_off = suppress(ConnectionError)  # that is the server's right
        with broken_off, socket.create_connection(("127.0.0.1", self._port), BOUND) as sock:
            for piece in attacker.cut(head + attacker.frames()):
                sock.sendall(piece)
            sock.shutdown(socket.SHUT_WR)
            while sock.recv(1 << 16):
                pass


@pytest.fixture
def count(pytestconfig: pytest.Config) -> int:
    return MANY if pytestconfig.getoption("--long") else FEW


@pytest.fixture
def traced() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


def held() -> int:
    """Bytes of Python's that are held, without what only waits to be let go of."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


@pytest.fixture
def port(hand: Hand, violations: Violations) -> int:
    """Of the window's server, which speaks WebSocket."""
    session = hand.window.controller.session
    websocket = WebSocketSettings(max_message=MOST, deflate=Deflate(), violations=violations)
    settings = replace(session.settings(SERVER), websocket=websocket, responder=Echo())
    assert session.perform(c.Configure(SERVER, settings)).wait(BOUND)
    assert session.perform(c.Start(SERVER)).wait(BOUND)
    hand.wait(lambda: session.snapshot(SERVER).local is not None)
    return int((session.snapshot(SERVER).local or "").rpartition(":")[2])


def attack(hand: Hand, frames: FramesPanel, hostile: Hostile) -> None:
    """While a person goes about in the table; until all of it stands there."""
    dice = random.Random(1)
    hostile.start()

    def over() -> bool:
        if rows := frames.model.rowCount():
            frames.view.selectRow(dice.randrange(rows))
            frames.view.scrollTo(frames.model.index(dice.randrange(rows), 0))
        return not hostile.is_alive()

    hand.qtbot.waitUntil(over, timeout=3_600_000)
    assert hostile.failed is None
    session = hand.window.controller.session
    hand.wait(lambda: session.snapshot(SERVER).open_count == 0)
    session.journal.flush()
    frames.view.clearSelection()


def test_whatever_comes_the_window_goes_on(hand: Hand, port: int, count: int, traced: None) -> None:
    window = hand.window
    hand.wait(lambda: window.log.count() == 2)
    window.log.setCurrentIndex(1)
    frames = window.findChild(FramesPanel)
    assert frames is not None
    half = count // 2
    attack(hand, frames, Hostile(port, range(FIRST)))
    attack(hand, frames, Hostile(port, range(FIRST, FIRST + half)))
    before = held()
    attack(hand, frames, Hostile(port, range(FIRST + half, FIRST + count)))
    assert held() - before < GROWS + EACH * half
    assert says(frames) >= {"WS_1002", "WS_1007", "WS_1009"}
    with socket.create_connection(("127.0.0.1", port), timeout=BOUND) as sock:
        sock.sendall(REQUEST.encode() + wire(1, b"still there?", mask=MASK))
        sock.shutdown(socket.SHUT_WR)
        came = b""
        while piece := sock.recv(1 << 16):
            came += piece
    assert b"still there?" in came


def says(frames: FramesPanel) -> set[str]:
    """The codes of all verdicts in the table; each of its cells can be had."""
    model = frames.model
    found = set()
    for row in range(model.rowCount()):
        cells = [str(model.index(row, place).data() or "") for place in range(len(COLUMNS))]
        found.add(cells[PLACES["verdict"]].partition(" ")[0])
    return found
