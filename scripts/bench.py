#!/usr/bin/env python3
"""Measure: ratios within one run, each server in its own process, an external load, alternated.

    .venv/bin/python scripts/bench.py [--quick] [--only NAME]      (after scripts/test.py once)
    .venv/bin/python scripts/bench.py --against REF [--rounds N]   this checkout and an older commit
    .venv/bin/python scripts/bench.py log [...]                    the record (bench_log.py)
    .venv/bin/python scripts/bench.py window [...]                 the window (bench_window.py)
    .venv/bin/python scripts/bench.py soak [...]                   a long load (bench_soak.py)
    .venv/bin/python scripts/bench.py ws [...]                     WebSocket and TLS (bench_ws.py)

Prints one JSON object a line, then a table. Loopback only; bounded in time.

The window is measured with the server's panel in front: its table, its call strip and the log
are drawn from what is measured. (With the panel of another endpoint in front it serves 0.41 of
what the bare loop does where it serves 0.34 with its own: earlier figures were of the former.)

With --against both checkouts take turns, in both orders, in one run: on a shared machine only
ratios of neighbours tell anything. What counts is the server's processor time for each message,
journal included, the time to the painted window, and its stalls. Each checkout serves with its
own scripts/bench.py, which knows where its modules are; the load is always this one's. It works
with every commit that knows --against.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parent.parent)]
from bench_servers import (  # noqa: E402
    ROOT,
    SERVERS,
    SIZE,
    bring_to_front,
    environment,
    load,
    one_round,
    script,
    show,
)

LEAST_RATIO = 0.97
"""Of the older checkout's messages for the same processor time."""
LEAST_START = 0.95
"""Of the older checkout's starts in the same time."""
MOST_STALL = 1.2


def echo(rounds: int, seconds: float) -> list[dict[str, object]]:
    """All servers alternated; medians and ratios to the bare loop of the same round."""
    rates: dict[str, list[float]] = {name: [] for name in SERVERS}
    costs: dict[str, list[float]] = {name: [] for name in SERVERS}
    busy_ones: dict[str, list[float]] = {name: [] for name in SERVERS}
    lost = 0
    for _ in range(rounds):
        for name in SERVERS:
            rate, record, cost, busy = one_round(name, seconds)
            rates[name].append(rate)
            costs[name].append(cost)
            busy_ones[name].append(busy)
            lost += record.get("lost", 0)
    bare = rates["bare"]
    return [
        {
            "bench": "echo",
            "server": f"{name} (its panel in front)" if name == "window" else name,
            "echoes_per_s": round(statistics.median(found)),
            "ratio_to_bare": round(
                statistics.median(rate / base for rate, base in zip(found, bare, strict=True)), 3
            ),
            "rates": [round(rate) for rate in found],
            "server_us_per_echo": round(statistics.median(costs[name]), 1),
            "processors_busy": round(statistics.median(busy_ones[name]), 2),
            "rounds": rounds,
            "rounds_with_loss": lost,
        }
        for name, found in rates.items()
    ]


# -- the window -------------------------------------------------------------------------------


def stall(kind: str, seconds: float) -> dict[str, object]:
    """Gaps of a 5 ms precise timer beyond its period, while 20 000 events/s are offered."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import Qt, QTimer
    from PySide6.QtWidgets import QMainWindow

    from workbench.app import create_window, make_application

    app = make_application([])
    gaps: list[float] = []
    last = [0.0]

    def tick() -> None:
        now = time.perf_counter()
        if last[0]:
            gaps.append(max(0.0, (now - last[0]) * 1000 - 5))
        last[0] = now

    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(tick)
    with tempfile.TemporaryDirectory() as folder:
        events = 0
        window = QMainWindow() if kind == "bare" else create_window(Path(folder) / "r.swb")
        show(window)
        loader = None
        if kind != "bare":
            from workbench.engine.model import commands as c
            from workbench.engine.model.responders.echo import Echo
            from workbench.engine.model.settings import EndpointSettings, Role

            session = window.controller.session  # type: ignore[attr-defined]
            session.add(
                EndpointSettings("bench", Role.LISTENER, address="127.0.0.1:0", responder=Echo())
            )
            session.perform(c.Start("bench")).wait(10)
            bring_to_front(window, "bench")
            port = session.link("bench").rpartition(":")[2]
            loader = subprocess.Popen([sys.executable, __file__, "--offer", port, str(seconds)])
        QTimer.singleShot(500, lambda: timer.start(5))
        memory: list[int] = []  # when all is built and warm, and at the end
        QTimer.singleShot(int(min(seconds / 2, 20) * 1000), lambda: memory.append(resident_mb()))
        QTimer.singleShot(int(seconds * 1000) - 50, lambda: memory.append(resident_mb()))

        def end() -> None:
            timer.stop()  # closing the window does not count as a stall
            app.quit()

        QTimer.singleShot(int(seconds * 1000), end)
        app.exec()
        if loader is not None:
            loader.wait(30)
            events = session.journal.committed
        window.close()
    ordered = sorted(gaps)
    return {
        "bench": "stall",
        "window": kind,
        "p99_ms": round(ordered[int(len(gaps) * 0.99)], 1),
        "p99.9_ms": round(ordered[int(len(gaps) * 0.999)], 1),
        "worst_ms": round(ordered[-1], 1),
        "ticks": len(gaps),
        "events_per_s": round(events / seconds),
        "events": events,
        "resident_mb": memory,
    }


def resident_mb() -> int:
    """Memory of this process now, in MiB (proc(5)); 0 where there is no /proc."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return 0
    return (
        int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])
        // 1024
    )


def offer(port: int, seconds: float, per_second: int = 10_000) -> None:
    """10 000 messages a second, echoed: 20 000 events a second."""
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        begun = time.perf_counter()
        sent = 0
        while (now := time.perf_counter() - begun) < seconds:
            while sent < now * per_second:
                sock.send(b"x" * SIZE)
                got = 0
                while got < SIZE:
                    try:
                        part = sock.recv(SIZE - got)
                    except ConnectionResetError:  # the window has closed: the time is over
                        return
                    if not part:
                        return
                    got += len(part)
                sent += 1
            time.sleep(0.0005)


def started(kind: str, kept: Path | None = None) -> None:
    """Print when the window has been painted, and where the processor's time until then went.

    `kept`: the workspace that ours comes back from; None: it fills its panels by itself.
    """
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    spent = {"python": time.process_time()}

    def until_now(part: str) -> None:
        spent[part] = time.process_time() - sum(spent.values())

    if kind == "ours":
        gc.disable()  # as workbench.start does, and the next two lines
        from workbench import start

        start.import_qt()
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication, QMainWindow

    until_now("qt")
    with tempfile.TemporaryDirectory() as folder:
        if kind == "bare":
            app = QApplication([])
            window = QMainWindow()
        else:
            from workbench.app import create_window, make_application

            until_now("modules")
            app = make_application([])
            until_now("application")
            window = create_window(Path(folder) / "r.swb", kept)
        window.resize(1280, 752)
        until_now("window")
        window.show()

        def painted() -> None:
            window.repaint()
            until_now("shown_and_painted")
            print("painted", flush=True)
            print(json.dumps(spent), flush=True)
            app.quit()  # which closes it

        QTimer.singleShot(0, painted)
        app.exec()


def one_start(
    kind: str, kept: Path | None = None, root: Path = ROOT
) -> tuple[float, dict[str, float]]:
    """Seconds from exec to the painted window; those of the processor, by what took them.

    `kept`: the workspace that it comes back from, of one server and one client; a first start
    makes it.
    """
    begun = time.perf_counter()
    with subprocess.Popen(
        [
            sys.executable,
            "-P",
            str(script(root)),
            "--started",
            kind,
            *([str(kept)] if kept else []),
        ],
        stdout=subprocess.PIPE,
        text=True,
        env=environment(root),
    ) as process:
        assert process.stdout is not None
        if process.stdout.readline() != "painted\n":
            raise SystemExit(f"no window of {root}")
        took = time.perf_counter() - begun
        told = process.stdout.readline()  # older checkouts tell nothing
        return took, json.loads(told) if told.startswith("{") else {}


def start_time(rounds: int) -> dict[str, object]:
    """From exec to the painted window, ours restored against an empty QMainWindow, in turn.

    By the clock, and by the processor's time, which says the same on a machine that is busy.
    """
    times: dict[str, list[float]] = {"bare": [], "ours": []}
    spent: dict[str, list[dict[str, float]]] = {"bare": [], "ours": []}
    with tempfile.TemporaryDirectory() as folder:
        for index in range(rounds + 1):
            for kind, found in times.items():
                took, parts = one_start(kind, Path(folder) / "workspace.json")
                if index:  # the first round warms the file cache, and leaves the workspace
                    found.append(took)
                    spent[kind].append(parts)
    ratio = statistics.median(a / b for a, b in zip(times["ours"], times["bare"], strict=True))
    sums = {kind: [sum(parts.values()) for parts in all_] for kind, all_ in spent.items()}
    cpu_ratio = statistics.median(a / b for a, b in zip(sums["ours"], sums["bare"], strict=True))
    where = {
        f"ms_{kind}_{part}": round(1000 * statistics.median(each[part] for each in spent[kind]))
        for kind in spent
        for part in spent[kind][0]
    }
    return {
        "bench": "start",
        "bare_s": round(statistics.median(times["bare"]), 3),
        "ours_s": round(statistics.median(times["ours"]), 3),
        "ratio": round(ratio, 2),
        "bare_cpu_ms": round(1000 * statistics.median(sums["bare"])),
        "ours_cpu_ms": round(1000 * statistics.median(sums["ours"])),
        "cpu_ratio": round(cpu_ratio, 2),
        **where,
    }


def held(count: int) -> dict[str, object]:
    """Connections that one worker holds, all answered once; the clients are another process's.

    Both ends in one process would need twice the descriptors that most systems allow.
    """
    from workbench.engine.model import commands as c
    from workbench.engine.model.responders.echo import Echo
    from workbench.engine.model.settings import EndpointSettings, Role
    from workbench.session import Session

    with tempfile.TemporaryDirectory() as folder, Session(Path(folder) / "r.swb") as session:
        session.add(
            EndpointSettings(
                "server", Role.LISTENER, address="127.0.0.1:0", backlog=4096, responder=Echo()
            )
        )
        session.perform(c.Start("server")).wait(10)
        port = session.link("server").rpartition(":")[2]
        begun = time.perf_counter()
        clients = subprocess.Popen(
            [sys.executable, __file__, "--hold", port, str(count)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert clients.stdout is not None
        try:
            answered = int(clients.stdout.readline() or 0)  # all are still open at this point
            took = time.perf_counter() - begun
            accepted = count_calls(session, "accept")
        finally:
            clients.kill()
            clients.wait()
        return {
            "bench": "held",
            "asked": count,
            "answered": answered,
            "accepted": accepted,
            "held": answered == accepted == count,
            "seconds": round(took, 1),
        }


def count_calls(session: object, call: str) -> int:
    """How many calls of that name succeeded, by the record."""
    session.journal.flush()  # type: ignore[attr-defined]
    reader = session.journal.reader()  # type: ignore[attr-defined]
    found = reader._db.execute(
        f"SELECT count(*) FROM {reader._event} e WHERE call = ? AND errno IS NULL", (call,)
    ).fetchone()
    return int(found[0])


def hold(port: int, count: int, bound: float = 120.0) -> None:
    """Open so many connections, have each echoed once, print how many were; then wait."""
    if sys.platform != "win32":
        import resource

        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    until = time.perf_counter() + bound
    sockets: list[socket.socket] = []
    answered = 0
    try:
        for _ in range(count):
            sockets.append(socket.create_connection(("127.0.0.1", port), timeout=10))
            sockets[-1].sendall(b"hi")
        for sock in sockets:
            sock.settimeout(max(0.1, until - time.perf_counter()))
            answered += sock.recv(2) == b"hi"
    except OSError as error:
        print(f"{len(sockets)} of {count} opened: {error}", file=sys.stderr)
    print(answered, flush=True)
    sys.stdin.readline()


# -- two checkouts ----------------------------------------------------------------------------


def against(ref: str, rounds: int, seconds: float) -> int:
    """This checkout and that of a commit, alternated; 1 where this one is slower than it may be."""
    with tempfile.TemporaryDirectory() as folder:
        older = Path(folder) / "older"
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "--quiet", "--detach", str(older), ref], check=True)
        try:
            return compare({"older": older, "this": ROOT}, rounds, seconds)
        finally:
            subprocess.run([*git, "remove", "--force", str(older)], check=True)


def compare(roots: dict[str, Path], rounds: int, seconds: float) -> int:
    """Medians of the ratios of neighbours, the older one's value in the denominator's place."""
    costs: dict[tuple[str, str], list[float]] = {}
    stalls: dict[tuple[str, str], list[float]] = {}
    starts: dict[str, list[float]] = {side: [] for side in roots}
    lost = 0
    for root in roots.values():  # the first start compiles
        one_start("ours", root=root)
    for number in range(rounds):
        for side in sorted(roots, reverse=bool(number % 2)):
            for name in ("headless", "window"):
                _, record, cost, _ = one_round(name, seconds, roots[side])
                costs.setdefault((name, side), []).append(cost)
                lost += record["lost"]
            found = own("--stall", "ours", str(max(2.0, seconds * 2)), root=roots[side])
            for key in ("p99_ms", "worst_ms"):
                stalls.setdefault((key, side), []).append(float(str(found[key])))
            starts[side].append(one_start("ours", root=roots[side])[0])
        print(f"round {number + 1} of {rounds}", file=sys.stderr, flush=True)
    slower = False
    for name in ("headless", "window"):
        found_ratio = _ratio(costs[name, "older"], costs[name, "this"])
        slower |= found_ratio < LEAST_RATIO
        print(
            json.dumps(
                {
                    "bench": "against",
                    "server": name,
                    "messages_per_processor_time": found_ratio,
                    "at_least": LEAST_RATIO,
                    "rounds": rounds,
                    "rounds_with_loss": lost,
                    "us_older": round(statistics.median(costs[name, "older"]), 1),
                    "us_this": round(statistics.median(costs[name, "this"]), 1),
                }
            )
        )
    found_ratio = _ratio(starts["older"], starts["this"])
    slower |= found_ratio < LEAST_START
    print(
        json.dumps(
            {
                "bench": "against",
                "start": "from exec to the painted window",
                "starts_in_the_same_time": found_ratio,
                "at_least": LEAST_START,
                "s_older": round(statistics.median(starts["older"]), 3),
                "s_this": round(statistics.median(starts["this"]), 3),
            }
        )
    )
    for key in ("p99_ms", "worst_ms"):
        found_ratio = _ratio(stalls[key, "this"], stalls[key, "older"])
        slower |= key == "p99_ms" and found_ratio > MOST_STALL
        print(
            json.dumps(
                {
                    "bench": "against",
                    "stall": key,
                    "of_older": found_ratio,
                    "at_most": MOST_STALL,
                    "older": round(statistics.median(stalls[key, "older"]), 1),
                    "this": round(statistics.median(stalls[key, "this"]), 1),
                }
            )
        )
    return int(slower)


def _ratio(above: list[float], below: list[float]) -> float:
    return round(statistics.median(one / other for one, other in zip(above, below, strict=True)), 3)


OTHERS = ("log", "window", "soak", "ws")
"""Benches with a file and arguments of their own: bench_NAME.py."""


def main() -> int:
    if sys.argv[1:2] and sys.argv[1] in OTHERS:
        other = importlib.import_module(f"bench_{sys.argv[1]}")
        status: int = other.main(sys.argv[2:])
        return status
    args = _arguments()
    if _is_part(args):
        return 0
    if args.soak:
        for kind, seconds in (("bare", min(args.soak, 10.0)), ("ours", args.soak)):
            print(json.dumps(own("--stall", kind, str(seconds), bound=seconds + 120)))
    elif args.against:
        return against(args.against, args.rounds, args.seconds)
    else:
        report(args)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round each")
    parser.add_argument("--only", choices=("echo", "stall", "start", "held"))
    parser.add_argument(
        "--soak",
        type=float,
        metavar="SECONDS",
        help="the window at 20 000 events/s for so long, and what it took",
    )
    parser.add_argument("--against", metavar="REF", help="alternate with an older commit")
    parser.add_argument("--rounds", type=int, default=15, metavar="N", help="of --against")
    parser.add_argument(
        "--seconds", type=float, default=1.5, metavar="S", help="of each measurement of --against"
    )
    parser.add_argument("--serve", choices=SERVERS, help=argparse.SUPPRESS)
    for hidden in ("--load", "--offer", "--hold"):
        parser.add_argument(hidden, nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--started", nargs="+", help=argparse.SUPPRESS)
    parser.add_argument("--stall", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--held", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


def _is_part(args: argparse.Namespace) -> bool:
    """Do what one process of a measurement does, if the bench has started this one for that."""
    if args.serve:
        SERVERS[args.serve]()
    elif args.load:
        print(load(int(args.load[0]), float(args.load[1])))
    elif args.offer:
        offer(int(args.offer[0]), float(args.offer[1]))
    elif args.hold:
        hold(int(args.hold[0]), int(args.hold[1]))
    elif args.started:
        started(args.started[0], *map(Path, args.started[1:]))
    elif args.stall:
        print(json.dumps(stall(args.stall[0], float(args.stall[1]))))
    elif args.held:
        print(json.dumps(held(args.held)))
    else:
        return False
    return True


def own(*command: str, bound: float = 300.0, root: Path = ROOT) -> dict[str, object]:
    """One measurement in a process of its own; `bound` seconds only catch a hang."""
    ran = subprocess.run(
        [sys.executable, "-P", str(script(root)), *command],
        capture_output=True,
        text=True,
        timeout=bound,
        check=True,
        env=environment(root),
    )
    return json.loads(ran.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def report(args: argparse.Namespace) -> None:
    rounds, seconds = (1, 1.5) if args.quick else (3, 4.0)
    results: list[dict[str, object]] = []

    if args.only in {None, "echo"}:
        results += echo(rounds, seconds)
    if args.only in {None, "stall"}:
        for _ in range(rounds):
            results += [own("--stall", kind, str(seconds * 2)) for kind in ("bare", "ours")]
    if args.only in {None, "start"}:
        results.append(start_time(3 if args.quick else 9))
    if args.only in {None, "held"}:
        results.append(own("--held", "1000" if args.quick else "10000"))
    for result in results:
        print(json.dumps(result))
    for result in results:
        print("  ".join(f"{key}={value}" for key, value in result.items()), file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
