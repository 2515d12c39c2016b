#!/usr/bin/env python3
"""What the record costs: each way of running against doing the same without it, in one run.

    .venv/bin/python scripts/bench.py log [--only PART] [--rounds N] [--seconds S] [--rows N]
    .venv/bin/python scripts/bench.py log --keep FILE      afterwards: --compare FILE

Parts: echo (64 B on 32 connections), large (64 KiB on 4), ping (round trips on one connection),
pairs (200 of send and expect by `run`, against a plain blocking client; to a bare echo server, and
to Redis where it is installed; a ratio is how many times as long ours takes), fulfilled (an
`expect` of what has come already), kill (kill -9 under full load, as often as there are rounds: it
opens, no row is torn, none is missing but the last moment's, and the next start tidies up),
datagram (against Packet Sender, where it is installed), filter, export (against plain loops over
sqlite3).

Those that are compared take turns, and each ratio is that of neighbours: on a shared machine
nothing else tells anything. Printed are the median, the lowest and the highest of the runs;
`cpu` is the processor time of the server with all its processes, the record written to its end.
A ratio is above 1 where ours is better.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from bench_figures import Asked, Figures, kept_figures, shown, timed, turns  # noqa: E402
from bench_load import datagrams, load, ping  # noqa: E402
from bench_servers import (  # noqa: E402
    BOUND,
    bring_to_front,
    environment,
    run_until_a_line,
    serve_bare,
    show,
)
from make_record import RARE_ERRNO, RARE_PEER, RARE_TEXT, make_record  # noqa: E402

WAYS: Final = ("bare", "session", "run", "window", "listen")
KILLED: Final = getattr(signal, "SIGKILL", signal.SIGTERM)


# -- servers, each in a process of its own ----------------------------------------------------


def serve_session(record: Path, *, datagrams: bool = False) -> None:
    """The engine with its record."""
    from workbench.session import Session

    with Session(record) as session:
        _begin(session, datagrams=datagrams)
        sys.stdin.readline()


def serve_window(record: Path, *, datagrams: bool = False) -> None:
    """The same with the window open, and the panel of what is measured in front."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

    from workbench.app import create_window, make_application

    app = make_application([])
    window = create_window(record)
    show(window)
    _begin(window.controller.session, datagrams=datagrams, ready=lambda: _drawn(window, app))
    run_until_a_line(app)
    window.close()


def _drawn(window: object, app: object) -> None:
    bring_to_front(window, "bench")
    for _ in range(50):
        app.processEvents()  # type: ignore[attr-defined]


def _begin(session: object, *, datagrams: bool, ready: Callable[[], None] = lambda: None) -> None:
    """Start the endpoint that is measured, and print its port."""
    from workbench.engine.model import commands as c
    from workbench.engine.model.responders.echo import Echo
    from workbench.engine.model.settings import EndpointSettings, Role
    from workbench.session import Session

    assert isinstance(session, Session)
    if datagrams:
        settings = EndpointSettings("bench", Role.DATAGRAM, address="127.0.0.1:0")
    else:
        settings = EndpointSettings(
            "bench", Role.LISTENER, address="127.0.0.1:0", backlog=512, responder=Echo()
        )
    session.add(settings)
    session.perform(c.Start("bench")).wait(10)
    ready()
    print(session.link("bench").rpartition(":")[2], flush=True)


SCENARIO: Final = """title = "An echo server that waits"
[endpoint.bench]
role = "listener"
address = "127.0.0.1:{port}"
backlog = 512
responder = {{ kind = "echo" }}
[[step]]
do = "start"
endpoint = "bench"
[[step]]
do = "wait"
seconds = 600
"""


@dataclass(slots=True)
class Server:
    """A server's process. `port`: where it is reached. `record`: what it has written, at its end.

    `before`: processor seconds until it was ready. `spent`: those after that, at its end.
    """

    process: subprocess.Popen[str]
    port: int
    record: Path
    before: float
    spent: float = 0.0

    def spent_so_far(self) -> float:
        return processor_s(self.process.pid) - self.before

    def end(self, *, how: int | None = None) -> None:
        """Have it end in its own way, and take what it has spent."""
        if how is not None:
            self.process.send_signal(how)
        elif self.process.stdin is not None:
            self.process.stdin.write("\n")
            self.process.stdin.flush()
        stopper = threading.Timer(BOUND, self.process.kill)
        stopper.start()
        if sys.platform != "win32":
            used = os.wait4(self.process.pid, 0)[2]
            self.spent = used.ru_utime + used.ru_stime - self.before
        self.process.returncode = 0
        stopper.cancel()


@contextmanager
def serving(way: str, folder: Path, *, datagrams: bool = False) -> Iterator[Server]:
    """A server; after the block it has ended and `spent` is known."""
    record = folder / f"{way}.swb"
    record.unlink(missing_ok=True)
    python = [sys.executable, "-P"]
    port, how = 0, None
    if way == "packetsender":
        command = [shutil.which("packetsender") or way]
        how = KILLED
    elif way in {"run", "listen"}:
        port, how = free_port(), signal.SIGINT
        scenario = folder / "waits.toml"
        scenario.write_text(SCENARIO.format(port=port))
        # with --record the lines of text go nowhere else; those of JSON are printed all the same
        listen = ["listen", f"127.0.0.1:{port}", "--echo", "--json"]
        what = ["run", str(scenario)] if way == "run" else listen
        command = [*python, "-m", "workbench", *what, "--record", str(record)]
    else:
        command = [*python, __file__, "--serve", way, str(record), *["datagrams"] * datagrams]
        how = KILLED if way == "bare" else None
    with (folder / f"{way}.out").open("w") as out:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=out if port or way == "packetsender" else subprocess.PIPE,
            stderr=subprocess.DEVNULL if way == "packetsender" else None,
            text=True,
            env=_surroundings(folder) if way == "packetsender" else environment(ROOT),
        )
    try:
        if way == "packetsender":
            port = _bound_port(process.pid)
        elif port:
            _wait_until_open(port)
        else:
            assert process.stdout is not None
            port = int(process.stdout.readline())
        server = Server(process, port, record, 0.0)
        server.before = server.spent_so_far()
        yield server
        server.end(how=how)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()


def _surroundings(folder: Path) -> dict[str, str]:
    """For Packet Sender: a home of its own, no display, and the `xrandr` that it asks for one."""
    with suppress(FileExistsError):
        (folder / "xrandr").symlink_to(shutil.which("true") or "/bin/true")
    return {
        **os.environ, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder),
        "XDG_DATA_HOME": str(folder), "QT_QPA_PLATFORM": "offscreen",
        "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
    }  # fmt: skip


def _bound_port(pid: int) -> int:
    """The UDP port that a process has bound (proc_net(5))."""
    until = time.perf_counter() + BOUND
    while time.perf_counter() < until:
        with suppress(OSError):
            held = {str(item.readlink()) for item in Path(f"/proc/{pid}/fd").iterdir()}
            for line in Path("/proc/net/udp").read_text().splitlines()[1:]:
                cells = line.split()
                if f"socket:[{cells[9]}]" in held:
                    return int(cells[1].rpartition(":")[2], 16)
        time.sleep(0.05)
    raise SystemExit("Packet Sender has not bound a UDP port")


def _wait_until_open(port: int) -> None:
    until = time.perf_counter() + BOUND
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.perf_counter() > until:
                raise
            time.sleep(0.05)
        else:
            return


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])


def processor_s(pid: int) -> float:
    """Processor seconds of a process and what it has started (proc(5): schedstat)."""
    total = 0
    for process in (pid, *_children(pid)):
        for task in Path(f"/proc/{process}/task").glob("*/schedstat"):
            with suppress(OSError):
                total += int(task.read_text().split()[0])
    return total / 1e9


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found += [int(number) for number in task.read_text().split()]
    return found


def offered(what: str, *values: float) -> str:
    """Run one of the loads; what it printed."""
    ran = subprocess.run(
        [sys.executable, "-P", __file__, "--offer", what, *map(str, values)],
        stdout=subprocess.PIPE,
        text=True,
        timeout=4 * BOUND,
        check=True,
    )
    return ran.stdout


# -- figures ----------------------------------------------------------------------------------


def echoes(out: Figures, folder: Path, what: str, size: int, connections: int, args: Asked) -> None:
    """Messages a second of every way of running, and their processor time."""
    for _ in range(args.rounds):
        bare = bare_cost = 0.0
        for way in WAYS:
            with serving(way, folder) as server:
                count = int(offered("load", server.port, args.seconds, size, connections))
            rate, cost = count / args.seconds, server.spent / count * 1e6
            if way == "bare":
                bare, bare_cost = rate, cost
            else:
                out.add(f"{what} {way}: ratio", rate / bare)
                out.add(f"{what} {way}: cpu ratio", bare_cost / cost)
                _check(out, f"{what} {way}", server, count * size)
            out.add(f"{what} {way}: messages/s", rate)
            out.add(f"{what} {way}: cpu us a message", cost)


def _check(out: Figures, name: str, server: Server, carried: int) -> None:
    """The record has all of it, and what was printed too; how large it is."""
    with closing(sqlite3.connect(server.record)) as db:
        rows, received, sent, kept = db.execute(
            "SELECT max(seq), sum(iif(call = 'recv', size, 0)), sum(iif(call = 'send', size, 0)),"
            " sum(length(payload)) FROM log WHERE kind = 'call' OR kind = 'note'"
        ).fetchone()
        rows = max(rows, db.execute("SELECT max(seq) FROM log").fetchone()[0])
        lost = db.execute("SELECT value FROM meta WHERE key = 'not_recorded'").fetchone()
    if (received, sent, lost) != (carried, carried, None):
        raise SystemExit(f"{name}: {carried} bytes were echoed, recorded {received} and {sent}")
    if name.endswith("listen"):
        printed = (server.record.parent / "listen.out").read_text().count("\n")
        if printed < rows:
            raise SystemExit(f"{name}: {printed} of {rows} rows were printed")
    out.add(
        f"{name}: bytes an event beside its payload", (server.record.stat().st_size - kept) / rows
    )


def pings(out: Figures, folder: Path, args: Asked) -> None:
    """Round trips on one connection, against the bare loop."""
    for _ in range(args.rounds):
        bare: dict[str, float] = {}
        for way in WAYS:
            with serving(way, folder) as server:
                found = json.loads(offered("ping", server.port, args.seconds))
            bare = bare or found
            for place, value in found.items():
                out.add(f"ping {way}: {place} us", value)
                if way != "bare":
                    out.add(f"ping {way}: {place} of bare", value / bare[place])


PAIRS: Final = 200
_CONNECTED: Final = """[endpoint.client]
address = "127.0.0.1:{port}"
[[step]]
do = "connect"
endpoint = "client"
[[step]]
do = "loop"
times = {times}
"""
PAIRS_SCENARIO: Final = (
    'title = "Send and expect"\n'
    + _CONNECTED
    + """step = [
  {{ do = "send", endpoint = "client", text = "PING\\r\\n" }},
  {{ do = "expect", endpoint = "client", text = "{reply}\\r\\n" }},
]
"""
)


def pairs(out: Figures, folder: Path, args: Asked) -> None:
    """Steps of send and expect, a verdict for each, against sendall and recv; start-up apart."""
    servers = {"echo": ("PING", [sys.executable, "-P", __file__, "--serve", "bare", "-"])}
    redis = shutil.which("redis-server")
    if redis is None:
        print("Redis is not installed (Debian: redis-server): only the echo server is asked")
    else:
        port = free_port()
        command = [redis, "--port", str(port), "--save", "", "--bind", "127.0.0.1"]
        servers["redis"] = ("+PONG", command)
    for name, (reply, command) in servers.items():
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder)
        assert server.stdout is not None
        try:
            at = int(server.stdout.readline()) if name == "echo" else port
            _wait_until_open(at)
            for _ in range(args.rounds):
                plain, ours = float(offered("pairs", at, PAIRS)), _pairs_by_run(folder, at, reply)
                out.add(f"pairs {name}: plain us", plain)
                out.add(f"pairs {name}: run us", ours)
                out.add(f"pairs {name}: run of plain", ours / plain)
        finally:
            server.kill()
            server.wait()
            server.stdout.close()


def plain_pairs(port: int, count: int) -> float:
    """Microseconds of a pair by a blocking socket."""
    with socket.create_connection(("127.0.0.1", port), 20) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        begun = time.perf_counter()
        for _ in range(count):
            sock.sendall(b"PING\r\n")
            sock.recv(65536)
        return (time.perf_counter() - begun) / count * 1e6


def _pairs_by_run(folder: Path, port: int, reply: str) -> float:
    """The same of a run: by the stamps of its first and last pair."""
    stamps = _held_by_run(folder, PAIRS_SCENARIO.format(port=port, times=PAIRS, reply=reply))
    if len(stamps) != 2 * PAIRS + 1:
        raise SystemExit(f"{len(stamps)} steps held")
    return (stamps[-1] - stamps[0]) / PAIRS / 1e3


def _held_by_run(folder: Path, text: str) -> list[int]:
    """When each step of a scenario held, in nanoseconds of its record."""
    scenario, record = folder / "steps.toml", folder / "steps.swb"
    scenario.write_text(text)
    record.unlink(missing_ok=True)
    subprocess.run(
        [sys.executable, "-P", "-m", "workbench", "run", str(scenario), "--record", str(record)],
        stdout=subprocess.DEVNULL,
        timeout=BOUND,
        check=True,
        env=environment(ROOT),
    )
    with closing(sqlite3.connect(record)) as db:
        found = db.execute("SELECT t_ns FROM log WHERE call = 'step_held' ORDER BY seq")
        return [row[0] for row in found]


FULFILLED_SCENARIO: Final = (
    'title = "What has come already"\n'
    + _CONNECTED
    + """step = [{{ do = "send", endpoint = "client", text = "PING\\r\\n" }}]
[[step]]
do = "wait"
seconds = 0.5
[[step]]
do = "loop"
times = {times}
step = [{{ do = "expect", endpoint = "client", text = "PING\\r\\n" }}]
"""
)


def fulfilled(out: Figures, folder: Path, args: Asked) -> None:
    """What a step takes that expects what is there, by the stamps of the verdicts."""
    for _ in range(args.rounds):
        with serving("bare", folder) as server:
            stamps = _held_by_run(folder, FULFILLED_SCENARIO.format(port=server.port, times=PAIRS))
        if len(stamps) != 2 + 2 * PAIRS:
            raise SystemExit(f"{len(stamps)} steps held")
        took = [(after - before) / 1e6 for before, after in itertools.pairwise(stamps[-PAIRS:])]
        out.add("fulfilled: mean ms of a step", statistics.mean(took))
        out.add("fulfilled: median ms of a step", statistics.median(took))
        out.add("fulfilled: longest ms of a step", max(took))


def kills(out: Figures, folder: Path, args: Asked) -> None:
    """A session that is killed at any moment of a load that leaves it no rest."""
    os.environ["XDG_STATE_HOME"] = str(folder)
    from workbench.journal import records
    from workbench.journal.reader import Reader

    record = records.folder() / "killed.swb"
    python = [sys.executable, "-P", __file__]
    for _ in range(args.rounds):
        process = subprocess.Popen(
            [*python, "--serve", "session", str(record)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment(ROOT),
        )  # fmt: skip
        assert process.stdout is not None
        port = process.stdout.readline().decode().strip()
        load_ = subprocess.Popen(
            [*python, "--offer", "load", port, str(BOUND), "64", "32"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(random.uniform(0.5, max(1.0, args.seconds)))
        process.kill()
        killed = time.perf_counter_ns()
        process.communicate()
        load_.kill()
        load_.wait()
        with closing(Reader(record)) as reader:
            crashed, count, begun = reader.crashed, reader.count(), reader.clock.perf_ns
        with closing(sqlite3.connect(record)) as db:
            rows, last, torn = db.execute(
                "SELECT count(*), max(t_ns + duration_ns), sum(call IN ('recv', 'send') AND"
                " size > 0 AND (size <> 64 OR length(payload) <> 64)) FROM log"
            ).fetchone()
        records.sweep()
        left = sorted(item.name for item in record.parent.iterdir())
        if not crashed or torn or rows != count or left != [record.name]:
            raise SystemExit(f"crashed {crashed}, {rows} of {count} rows, {torn} torn, left {left}")
        out.add("kill: s of the last moment that are missing", (killed - begun - last) / 1e9)
        out.add("kill: rows", rows)
        record.unlink()


def datagram_costs(out: Figures, folder: Path, args: Asked) -> None:
    """Processor time for each logged datagram, the window's own life included."""
    there = shutil.which("packetsender") is not None
    if not there:
        print("Packet Sender is not installed (Debian: packetsender): only ours is measured")
    for _ in range(args.rounds):
        for rate in (100, 500, 2000, 5000):
            costs = {}
            for way in ("session", "window", *["packetsender"] * there):
                with serving(way, folder, datagrams=True) as server:
                    time.sleep(1.0)  # what it does when it has just started is not of the datagrams
                    before = server.spent_so_far()
                    count = int(offered("datagrams", server.port, args.seconds, rate))
                    time.sleep(0.5)  # both show them a moment later
                    costs[way] = (server.spent_so_far() - before) / count * 1e6
                out.add(f"datagram {rate} {way}: cpu us", costs[way])
            if there:
                out.add(f"datagram {rate}: ratio", costs["packetsender"] / costs["window"])
                out.add(f"datagram {rate} session: ratio", costs["packetsender"] / costs["session"])


def filters(out: Figures, folder: Path, args: Asked) -> None:
    """Opening a large record and filtering all of it, against plain SQL over it."""
    from workbench.journal.query import parse
    from workbench.journal.reader import Reader

    path = folder / "large.swb"
    make_record(path, args.rows)
    sought: dict[str, tuple[str, str, object]] = {
        "errno": (f"errno:{RARE_ERRNO}", "errno = ?", RARE_ERRNO),
        "bytes": (f'text:"{RARE_TEXT}"', "instr(payload, ?) > 0", RARE_TEXT.encode()),
        "peer": (f'peer:"{RARE_PEER}"', "peer = ?", RARE_PEER),
    }

    def plain(where: str, value: object) -> list[int]:
        with closing(sqlite3.connect(path)) as db:
            return [row[0] for row in db.execute(f"SELECT seq FROM log WHERE {where}", (value,))]

    def ours(term: str) -> list[int]:
        with closing(Reader(path)) as reader:
            parts = reader.select(parse(term), 0, reader.count())
            return [seq for part in parts for seq in part]

    for name, (term, where, value) in sought.items():
        if ours(term) != plain(where, value):
            raise SystemExit(f"{term} finds other rows than plain SQL")
        what = f"filter {args.rows} {name}"
        turns(out, what, args.rounds, partial(plain, where, value), partial(ours, term))
    for _ in range(args.rounds):
        out.add(f"open {args.rows}: cpu s to the newest page", timed(lambda: _newest(path))[0])


def _newest(path: Path) -> None:
    from workbench.journal.reader import Reader

    with closing(Reader(path)) as reader:
        reader.page(max(1, reader.count() - 50), 51)


def exports(out: Figures, folder: Path, args: Asked) -> None:
    """Exports against a plain loop select → dict → json.dumps, and against csv.writer."""
    from workbench.journal.exports.export_table import EXPORTS
    from workbench.journal.reader import Reader

    path = folder / "exported.swb"
    make_record(path, 200_000)
    keys = (
        "seq t_ns duration_ns kind endpoint connection call args result errno error local peer"
        " size payload cause"
    ).split()
    select = f"SELECT {', '.join(keys)} FROM log ORDER BY seq"

    def plain_jsonl() -> None:
        with closing(sqlite3.connect(path)) as db, (folder / "plain").open("w") as file:
            for row in db.execute(select):
                found = dict(zip(keys, row, strict=True))
                if found["payload"] is not None:
                    found["payload"] = found["payload"].hex()
                file.write(json.dumps(found) + "\n")

    def plain_csv() -> None:
        with closing(sqlite3.connect(path)) as db, (folder / "plain").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(keys)
            for seq, *row, payload, cause in db.execute(select):
                writer.writerow([seq, *row, payload and payload.hex(), cause])

    def ours(name: str) -> None:
        with closing(Reader(path)) as reader, (folder / "ours").open("wb") as file:
            EXPORTS[name].write(reader, file, None)

    turns(out, "export jsonl", args.rounds, plain_jsonl, lambda: ours("jsonl"))
    turns(out, "export csv", args.rounds, plain_csv, lambda: ours("csv"))
    for _ in range(args.rounds):
        out.add("export text: cpu s", timed(lambda: ours("text"))[0])


# -- what is asked for ------------------------------------------------------------------------


PARTS: Final[dict[str, Callable[[Figures, Path, Asked], None]]] = {
    "echo": lambda out, folder, args: echoes(out, folder, "echo", 64, 32, args),
    "large": lambda out, folder, args: echoes(out, folder, "large", 65_536, 4, args),
    "ping": pings,
    "pairs": pairs,
    "fulfilled": fulfilled,
    "kill": kills,
    "datagram": datagram_costs,
    "filter": filters,
    "export": exports,
}


def main(argv: list[str]) -> int:
    if argv[:1] == ["--serve"]:
        return _serve(*argv[1:])
    if argv[:1] == ["--offer"]:
        return _offer(argv[1], [float(value) for value in argv[2:]])
    parser = argparse.ArgumentParser(prog="bench.py log", description=__doc__)
    parser.add_argument("--only", choices=PARTS, action="append", help="may be given again")
    parser.add_argument("--rounds", type=int, default=9, metavar="N")
    parser.add_argument("--seconds", type=float, default=2.0, metavar="S", help="of each load")
    parser.add_argument(
        "--rows", type=int, default=1_000_000, metavar="N", help="that are filtered"
    )
    parser.add_argument("--keep", type=Path, metavar="FILE", help="write the figures there")
    parser.add_argument("--compare", type=Path, metavar="FILE", help="with what was kept there")
    args = parser.parse_args(argv)
    kept = kept_figures(args.compare)
    lines = []
    for part in args.only or PARTS:
        figures = Figures()
        with tempfile.TemporaryDirectory() as folder:
            PARTS[part](figures, Path(folder), Asked(args.rounds, args.seconds, args.rows))
        lines += figures.lines()
        print(shown(figures.lines(), kept), flush=True)
    if args.keep is not None:
        args.keep.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return 0


def _serve(way: str, record: str, *kind: str) -> int:
    if way == "bare":
        serve_bare()
    else:
        serve = serve_session if way == "session" else serve_window
        serve(Path(record), datagrams=kind == ("datagrams",))
    return 0


def _offer(what: str, values: list[float]) -> int:
    port, seconds, *rest = values
    if what == "load":
        print(load(int(port), seconds, *map(int, rest)))
    elif what == "ping":
        print(json.dumps(ping(int(port), seconds)))
    elif what == "pairs":
        print(plain_pairs(int(port), int(seconds)))
    else:
        print(datagrams(int(port), seconds, int(rest[0])))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
