"""Stopped is stopped: no thread, descriptor, port or file stays behind."""

from __future__ import annotations

import gc
import os
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench.engine.model import commands as c
from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.settings import EndpointSettings, GateMode, Role
from workbench.session import Session

CYCLES = 200
BOUND = 60.0
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")


def bound_ports(inodes: set[str]) -> set[str]:
    """Local addresses of this process's sockets, live ones and those it left in TIME_WAIT."""
    found = set()
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/self/net/{table}").read_text().splitlines()[1:]:
            parts = line.split()
            if parts[9] in inodes:
                found.add(parts[1])
    return found


def state() -> tuple[int, list[str], set[str], list[str]]:
    gc.collect()
    descriptors = []
    for link in list(Path("/proc/self/fd").iterdir()):
        try:
            descriptors.append(str(link.readlink()))
        except OSError:
            continue  # the folder's own descriptor
    kinds = sorted(item.split(":")[0] for item in descriptors if not item.startswith("/proc"))
    inodes = {item[8:-1] for item in descriptors if item.startswith("socket:")}
    temporary = sorted(path.name for path in Path(tempfile.gettempdir()).glob("swb-*"))
    return len(list(Path("/proc/self/task").iterdir())), kinds, bound_ports(inodes), temporary


@pytest.fixture
def short_temp(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    tmp_path_factory.getbasetemp()  # it is made once for all tests, and not in what goes with this
    with tempfile.TemporaryDirectory(prefix="t") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield


def listener(session: Session, name: str, **more: object) -> None:
    values: dict[str, object] = {"address": "127.0.0.1:0", "backlog": 0, **more}
    session.add(EndpointSettings(name, Role.LISTENER, **values))  # type: ignore[arg-type]


def stream(session: Session, name: str, **more: object) -> None:
    session.add(EndpointSettings(name, Role.STREAM, **more))  # type: ignore[arg-type]


def furnish(session: Session, folder: str) -> None:
    """An endpoint of every kind, each with something unfinished."""
    listener(session, "echo", responder=Echo(), backlog=5)
    stream(session, "talker", address="@echo")
    listener(session, "full", accept=GateMode.PAUSED)
    stream(session, "queued", address="@full", count=3, timeout=30.0)
    listener(session, "deaf", receive=GateMode.PAUSED, backlog=5)
    stream(session, "unsent", address="@deaf")
    listener(session, "unix", family="AF_UNIX", address="temp:u", backlog=5)
    stream(session, "unix-client", family="AF_UNIX", address="@unix", timeout=1.0)
    listener(session, "abstract", family="AF_UNIX", address=f"abstract:{folder}", backlog=5)
    stream(session, "abstract-client", family="AF_UNIX", address="@abstract", timeout=1.0)
    session.add(EndpointSettings("udp", Role.DATAGRAM, type="SOCK_DGRAM", address="127.0.0.1:0"))


def cycle(session: Session) -> None:
    tickets = [
        session.perform(c.Start(name))
        for name in ("echo", "full", "deaf", "unix", "abstract", "udp")
    ]
    for ticket in tickets:
        assert ticket.wait(BOUND)
        assert ticket.outcome is not None
        assert ticket.outcome.ok, ticket.outcome
    session.perform(c.Connect("queued"))  # two get in, the third stays in SYN_SENT
    for name in ("talker", "unsent", "unix-client", "abstract-client"):
        assert session.perform(c.Connect(name)).wait(BOUND)
    session.perform(c.Send("talker", text="hi"))
    session.perform(c.Send("unsent", text="x" * 6_000_000, wait=False))
    session.perform(c.Accept("echo"))
    for ticket in session.stop_all():
        assert ticket.wait(BOUND)
    assert session.settle(BOUND)


def test_two_hundred_cycles_leave_nothing(short_temp: None, tmp_path: Path) -> None:
    before = state()
    session = Session(tmp_path / "r.swb", capture=16)
    furnish(session, f"swb-{os.getpid()}")
    cycle(session)
    running = state()
    for _ in range(CYCLES - 1):
        cycle(session)
    assert state() == running
    session.close()
    after = state()
    assert after == before


def test_a_path_is_unlinked_by_its_binder_only(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="t") as folder, Session(tmp_path / "r.swb") as session:
        path = Path(folder) / "s"
        listener(session, "unix", family="AF_UNIX", address=str(path))
        assert session.perform(c.Start("unix")).wait(BOUND)
        assert path.is_socket()
        path.unlink()
        with socket.socket(socket.AF_UNIX) as other:
            other.bind(str(path))
            assert session.perform(c.Stop("unix")).wait(BOUND)
            assert path.is_socket()
