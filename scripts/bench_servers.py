"""What the benches share: servers, each in a process of its own, and the load on them."""

from __future__ import annotations

import gc
import json
import os
import select
import selectors
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication, QWidget

    from workbench.session import Session

ROOT = Path(__file__).resolve().parent.parent
"""The checkout whose workbench is measured."""
CONNECTIONS = 32
BOUND = 60.0
"""Seconds that only catch a hang."""
SIZE = 64


# -- servers, each in a process of its own; they print their port -----------------------------


def serve_bare() -> None:
    """An epoll loop in Python without a log."""
    if sys.platform != "linux":
        raise SystemExit("epoll is Linux's")
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    listener.setblocking(False)
    print(listener.getsockname()[1], flush=True)
    poll = select.epoll()
    poll.register(listener, select.EPOLLIN)
    open_ones: dict[int, socket.socket] = {}
    while True:
        for fd, _ in poll.poll():
            if fd == listener.fileno():
                sock, _ = listener.accept()
                sock.setblocking(False)
                open_ones[sock.fileno()] = sock
                poll.register(sock, select.EPOLLIN)
                continue
            sock = open_ones[fd]
            data = sock.recv(65536)
            if data:
                sent = sock.send(data)
                if sent < len(data):  # a large message: the rest goes when it can
                    sock.settimeout(BOUND)
                    sock.sendall(data[sent:])
                    sock.setblocking(False)
            else:
                poll.unregister(fd)
                open_ones.pop(fd).close()


def serve_threads() -> None:
    """A thread per connection."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    print(listener.getsockname()[1], flush=True)

    def talk(sock: socket.socket) -> None:
        with sock:
            while data := sock.recv(65536):
                sock.sendall(data)

    while True:
        sock, _ = listener.accept()
        threading.Thread(target=talk, args=(sock,), daemon=True).start()


def serve_headless() -> None:
    """The engine with its journal."""
    from workbench.engine.model import commands as c
    from workbench.engine.model.responders.echo import Echo
    from workbench.engine.model.settings import EndpointSettings, Role
    from workbench.session import Session

    with tempfile.TemporaryDirectory() as folder:
        session = Session(Path(folder) / "r.swb")
        session.add(
            EndpointSettings(
                "server", Role.LISTENER, address="127.0.0.1:0", backlog=512, responder=Echo()
            )
        )
        session.perform(c.Start("server")).wait()
        print(session.link("server").rpartition(":")[2], flush=True)
        spent = time.process_time()
        sys.stdin.readline()
        report_and_count(session, spent)
        session.close()


def report_and_count(session: Session, spent: float) -> None:
    """Print what the record holds, and this process's processor time since `spent`."""
    session.stop_all_and_wait()
    session.journal.flush()
    used = time.process_time() - spent
    print(json.dumps({**count_rows(session), "cpu_us": round(used * 1e6)}), flush=True)


def show(window: QWidget) -> None:
    """Show a window, and begin as the program does then (`workbench.app.main`)."""
    window.resize(1280, 752)
    window.show()
    gc.freeze()


def bring_to_front(window: object, name: str) -> None:
    """What is measured is in sight."""
    window.endpoint_tabs.refresh()  # type: ignore[attr-defined]
    window.tab_area.bring(name)  # type: ignore[attr-defined]
    panel = window.tab_area.panel(name)  # type: ignore[attr-defined]
    if panel is None or not panel.isVisible():
        raise SystemExit(f"the panel of {name} cannot be seen")


def count_rows(session: Session) -> dict[str, int]:
    """Bytes that went in and out by the record, and rows not recorded."""
    reader = session.journal.reader()
    total = reader._db.execute(
        "SELECT count(*), coalesce(sum(CASE call WHEN 'recv' THEN size END), 0),"
        " coalesce(sum(CASE call WHEN 'send' THEN size END), 0), max(seq)"
        f" FROM {reader._event} e"
    ).fetchone()
    return {
        "rows": total[0],
        "received": total[1],
        "sent": total[2],
        "seq": total[3],
        "not_recorded": session.journal.not_recorded,
    }


def serve_window() -> None:
    """The same with the window open."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

    from workbench.app import create_window, make_application
    from workbench.engine.model import commands as c
    from workbench.engine.model.responders.echo import Echo
    from workbench.engine.model.settings import EndpointSettings, Role

    app = make_application([])
    with tempfile.TemporaryDirectory() as folder:
        window = create_window(Path(folder) / "r.swb")
        show(window)
        session = window.controller.session
        session.add(
            EndpointSettings(
                "bench", Role.LISTENER, address="127.0.0.1:0", backlog=512, responder=Echo()
            )
        )
        session.perform(c.Start("bench")).wait(10)
        bring_to_front(window, "bench")
        for _ in range(50):  # drawn once before anything is measured
            app.processEvents()
        print(session.link("bench").rpartition(":")[2], flush=True)
        spent = time.process_time()
        run_until_a_line(app)
        report_and_count(session, spent)
        window.close()


def run_until_a_line(app: QApplication) -> None:
    """Run the window until a line comes on stdin."""
    from PySide6.QtCore import QSocketNotifier

    told = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read)
    told.activated.connect(app.quit)  # a timer that looks for it would be of what is measured
    app.exec()


SERVERS = {
    "bare": serve_bare,
    "threads": serve_threads,
    "headless": serve_headless,
    "window": serve_window,
}


# -- the load ---------------------------------------------------------------------------------


def load(port: int, seconds: float) -> int:
    """Ping-pong of 64 B over 32 connections; echoes that came back whole."""
    poll = selectors.DefaultSelector()
    payload = b"x" * SIZE
    left: dict[socket.socket, int] = {}
    for _ in range(CONNECTIONS):
        sock = socket.create_connection(("127.0.0.1", port))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setblocking(False)
        poll.register(sock, selectors.EVENT_READ, sock)
        left[sock] = SIZE
        sock.send(payload)
    done = 0
    until = time.perf_counter() + seconds
    ending = False
    while left:
        for key, _ in poll.select(1.0):
            sock = key.data
            left[sock] -= len(sock.recv(SIZE))
            if left[sock]:
                continue
            done += 1
            if ending:
                poll.unregister(sock)
                del left[sock]
                sock.close()
            else:
                left[sock] = SIZE
                sock.send(payload)
        ending = ending or time.perf_counter() >= until
        if time.perf_counter() > until + 20:
            raise SystemExit("the load hangs")
    return done


def child(name: str, root: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-P", str(script(root)), "--serve", name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(root),
    )


def script(root: Path) -> Path:
    """What serves in a checkout: it calls the modules as they are called there."""
    return root / "scripts" / "bench.py"


def environment(root: Path) -> dict[str, str]:
    """In which a process measures the workbench of this checkout, and no other one."""
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    # compiled once, as a program is that people start; a window as large as at a first start,
    # whatever the size of text that somebody has set
    return {**kept, "PYTHONPATH": str(root), "XDG_CONFIG_HOME": os.devnull}


def processor_s(pid: int | None = None) -> float:
    """Processor seconds of a process so far, or of the whole machine; 0 where /proc lacks it."""
    try:
        if pid is None:
            all_of_it = Path("/proc/stat").read_text().splitlines()[0].split()[1:9]
            ticks = sum(int(value) for index, value in enumerate(all_of_it) if index not in {3, 4})
        else:
            own = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks = int(own[11]) + int(own[12])
    except OSError:
        return 0.0
    return ticks / 100


def one_round(
    name: str, seconds: float, root: Path = ROOT
) -> tuple[float, dict[str, int], float, float]:
    """Echoes a second of one fresh server, what its record holds, and what it cost.

    The cost is the server's processor time in microseconds an echo, with what the journal writes
    afterwards: unlike the rate it hardly moves with what else the machine does. Last: how many
    processors were busy in all.
    """
    server = child(name, root)
    assert server.stdout is not None
    assert server.stdin is not None
    try:
        port = int(server.stdout.readline())
        begun, spent, machine = time.perf_counter(), processor_s(server.pid), processor_s()
        ran = subprocess.run(
            [sys.executable, "-P", str(script(ROOT)), "--load", str(port), str(seconds)],
            capture_output=True,
            text=True,
            timeout=seconds + 60,
            check=True,
        )
        echoes = int(ran.stdout)
        cost = (processor_s(server.pid) - spent) * 1e6 / max(1, echoes)
        busy = (processor_s() - machine) / (time.perf_counter() - begun)
        record: dict[str, int] = {}
        if name in {"headless", "window"}:
            server.stdin.write("\n")
            server.stdin.flush()
            record = json.loads(server.stdout.readline())
            cost = record["cpu_us"] / max(1, echoes)
            lost = record["received"] != echoes * SIZE or record["sent"] != echoes * SIZE
            record["lost"] = int(
                lost or record["not_recorded"] > 0 or record["rows"] != record["seq"]
            )
        return echoes / seconds, record, cost, busy
    finally:
        server.kill()
        server.wait()
