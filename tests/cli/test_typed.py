"""Standard input on its way: returns that are put in, its end, and what there is to read at all."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli_process import BOUND
from workbench.cli import typed as module
from workbench.cli.typed import Typed, is_closed, is_there
from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.session import Session


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The end that is written to of what takes stdin's place."""
    ours, theirs = os.pipe()
    read = os.read
    monkeypatch.setattr(os, "read", lambda fd, size: read(ours if fd == 0 else fd, size))
    yield theirs
    os.close(ours)


@pytest.mark.parametrize("size", [1, 100, 3 * module.SHORT])
def test_what_is_read_is_sent_and_its_end_told(tmp_path: Path, pipe: int, size: int) -> None:
    ended = threading.Event()
    data = b"a\nb\r\n" * size
    with socket.create_server(("127.0.0.1", 0)) as server, Session(tmp_path / "r.swb") as session:
        server.settimeout(BOUND)
        address = f"127.0.0.1:{server.getsockname()[1]}"
        session.add(EndpointSettings("client", Role.STREAM, address=address))
        assert session.perform(c.Connect("client")).wait(BOUND)
        conn, _ = server.accept()
        conn.settimeout(BOUND)
        typed = Typed(session, "client", ended.set, crlf=True)
        typed.start()
        os.write(pipe, data)
        os.close(pipe)
        heard = bytearray()
        with conn:
            while piece := conn.recv(65536):
                heard += piece
        assert ended.wait(BOUND)
        session.stop_all_and_wait()
    assert heard == b"a\r\nb\r\n" * size
    assert typed.sent == len(heard)
    assert typed.ended
    assert typed.rests(1000.0)
    assert typed.failed is None


def test_what_finds_no_place_is_not_taken_for_the_end(tmp_path: Path, pipe: int) -> None:
    """What is long waits in a file: where the disk takes none, that is said, and nothing is sent
    as if it had been all."""
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server, Session(tmp_path / "r.swb") as session:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        session.add(EndpointSettings("client", Role.STREAM, address=address))
        assert session.perform(c.Connect("client")).wait(BOUND)
        typed = Typed(session, "client", ended.set)
        shutil.rmtree(session.temp_dir())
        typed.start()
        os.write(pipe, b"x" * (module.SHORT + 1))
        assert ended.wait(BOUND)
        os.close(pipe)
        assert typed.failed is not None
        assert typed.failed.problem is not None
        assert typed.failed.problem.key == "cli.cannot_write"
        assert typed.sent == 0
        assert session.journal.flush()
        with closing(session.journal.reader()) as reader:
            assert not any(row.call == "shutdown" for row in reader.page(1, 100))


def test_a_stdin_that_was_closed_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)  # its number may be the record's by now
    assert is_closed()
    assert not is_there()
