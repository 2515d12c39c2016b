#!/usr/bin/env python3
"""The window over a large record, and at rest; each measurement in a process of its own.

    .venv/bin/python scripts/bench.py window [--only PART] [--rounds N] [--seconds S] [--rows N]
    .venv/bin/python scripts/bench.py window --only open --record FILE     a record that is there

Parts: open (to the newest row painted, jumps to random places, memory, all of it against a record
of 100 000 rows), filter (an errno, bytes, a peer: the first hits, all of them, clearing it, the
longest gap of the GUI meanwhile; `of the reader` is how many times as long it takes as the same
filter without a window), idle (processor time of a window with a server that waits), saturated
(gaps of the GUI while 32 connections send what they can, the server's panel in front).

A gap is what passes between two ticks of a timer of 5 ms beyond these.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from bench_figures import Asked, Figures, kept_figures, shown  # noqa: E402
from bench_servers import BOUND, bring_to_front, environment, show  # noqa: E402
from make_record import RARE_ERRNO, RARE_PEER, RARE_TEXT, make_record  # noqa: E402

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

FEW: Final = 100_000
"""Rows of the record that a large one is compared with."""
JUMPS: Final = 300
TICK_MS: Final = 5
TERMS: Final = {
    "errno": f"errno:{RARE_ERRNO}",
    "bytes": f'text:"{RARE_TEXT}"',
    "peer": f'peer:"{RARE_PEER}"',
}


class Gaps:
    """What passes between two ticks of a precise timer, beyond its time, in milliseconds.

    Attributes:
        found: since they were last taken. spent: of the processor by this thread meanwhile, which
            does not depend on what else the machine does.
    """

    def __init__(self) -> None:
        from PySide6.QtCore import Qt, QTimer

        self.found: list[float] = []
        self.spent: list[float] = []
        self._last, self._before = time.perf_counter(), time.thread_time()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start(TICK_MS)

    def _tick(self) -> None:
        now, spent = time.perf_counter(), time.thread_time()
        self.found.append(max(0.0, (now - self._last) * 1000 - TICK_MS))
        self.spent.append((spent - self._before) * 1000)
        self._last, self._before = now, spent

    def taken(self) -> tuple[list[float], list[float]]:
        """Those since the last time, and what was spent, each from the shortest on."""
        self._tick()  # one that has just ended
        taken = sorted(self.found), sorted(self.spent)
        self.found, self.spent = [], []
        return taken


def at(ordered: list[float], share: float) -> float:
    """The value that so many of them do not exceed."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def memory_mb(name: str) -> float:
    """Memory of this process in MiB, a line of /proc/self/status (proc(5)); 0 where it lacks."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0.0
    return int(next(line for line in lines if line.startswith(name)).split()[1]) / 1024


# -- in a process of its own: each prints its figures -----------------------------------------


def _application() -> QApplication:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from workbench.app import make_application

    return make_application([])


def _until(app: QApplication, holds: Callable[[], bool]) -> None:
    from PySide6.QtCore import QEventLoop

    until = time.perf_counter() + 5 * BOUND
    while not holds():
        app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 50)
        if time.perf_counter() > until:
            raise SystemExit("the window does not get there")


def _shown(path: Path) -> Any:
    from workbench.app import create_window

    window = create_window(path)
    show(window)
    return window


def open_and_jump(record: str) -> dict[str, float]:
    """Opened, its newest row painted, all of it looked at, and jumped through."""
    app = _application()
    gaps = Gaps()
    begun = time.perf_counter()
    window = _shown(Path(record))
    app.processEvents()
    window.log.view.viewport().repaint()
    first = time.perf_counter() - begun
    model, view = window.log.model, window.log.view

    def newest_is_painted() -> bool:
        if not model.rowCount():
            return False
        view.scrollToBottom()
        view.viewport().repaint()
        last: int = model.event_of(model.rowCount() - 1)
        return last >= int(window.controller.session.journal.committed)

    _until(app, newest_is_painted)
    newest = time.perf_counter() - begun
    gaps.taken()  # until now it was being built, and painted here
    _until(app, lambda: model.up_to_date)
    whole = time.perf_counter() - begun
    opening, opening_cpu = gaps.taken()
    bar = view.verticalScrollBar()
    jumps, spent = [], []
    for place in random.Random(1).choices(range(bar.maximum() + 1), k=JUMPS):
        started, before = time.perf_counter(), time.thread_time()
        bar.setValue(place)
        view.viewport().repaint()
        jumps.append((time.perf_counter() - started) * 1000)
        spent.append((time.thread_time() - before) * 1000)
        app.processEvents()
    jumps.sort()
    spent.sort()
    window.close()
    return {
        "s to the first painting": first,
        "s to the newest row painted": newest,
        "s until all was looked at": whole,
        "longest gap ms until then": opening[-1],
        "longest gap cpu ms until then": opening_cpu[-1],
        "jump p50 ms": at(jumps, 0.5),
        "jump p99 ms": at(jumps, 0.99),
        "jump p50 cpu ms": at(spent, 0.5),
        "jump p99 cpu ms": at(spent, 0.99),
        "memory MB": memory_mb("VmRSS"),
        "memory of its own MB": memory_mb("RssAnon"),
    }


def filter_window(record: str, term: str) -> dict[str, float]:
    """A filter over all of it, typed into the window that shows it, then cleared."""
    from workbench.journal.query import parse
    from workbench.journal.reader import Reader

    app = _application()
    window = _shown(Path(record))
    log = window.log
    _until(app, lambda: bool(log.model.up_to_date))
    for _ in range(20):
        app.processEvents()
    gaps = Gaps()

    def applied(text: str, enough: Callable[[], bool]) -> tuple[float, float, float, float]:
        """Seconds to the first rows and to all, and the longest gap in milliseconds of the clock
        and of the processor.
        """
        _until(app, lambda: len(gaps.found) > 3)
        gaps.taken()
        begun = time.perf_counter()
        log.filter_wanted.emit(text)
        _until(app, enough)
        first = time.perf_counter() - begun
        _until(app, lambda: bool(log.model.up_to_date))
        whole = time.perf_counter() - begun
        clock, processor = gaps.taken()
        return first, whole, clock[-1], processor[-1]

    first, whole, gap, gap_cpu = applied(term, lambda: log.model.rowCount() > 0)
    found = log.model.rowCount()
    _, cleared, clearing_gap, _ = applied("", lambda: True)
    begun = time.perf_counter()
    with closing(Reader(Path(record))) as reader:
        alone = sum(map(len, reader.select(parse(term), 0, reader.count())))
    took = time.perf_counter() - begun
    if alone != found:
        raise SystemExit(f"{term}: the window shows {found} rows, there are {alone}")
    window.close()
    return {
        "s to the first hits": first,
        "s to all": whole,
        "longest gap ms": gap,
        "longest gap cpu ms": gap_cpu,
        "s without a window": took,
        "of the reader": whole / took,
        "s to clear it": cleared,
        "longest gap clearing it ms": clearing_gap,
    }


def _server(folder: Path) -> tuple[Any, str]:
    """A window with an echo server that waits, its panel in front; the server's port."""
    from workbench.engine.model import commands as c
    from workbench.engine.model.responders.echo import Echo
    from workbench.engine.model.settings import EndpointSettings, Role

    window = _shown(folder / "r.swb")
    session = window.controller.session
    session.add(EndpointSettings("bench", Role.LISTENER, address="127.0.0.1:0", responder=Echo()))
    session.perform(c.Start("bench")).wait(10)
    bring_to_front(window, "bench")
    return window, session.link("bench").rpartition(":")[2]


def idle(seconds: float) -> dict[str, float]:
    """What a window takes of a processor while nothing happens."""
    from PySide6.QtCore import QTimer

    app = _application()
    spent: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        window, _ = _server(Path(folder))
        for after in (3.0, 3.0 + seconds):
            QTimer.singleShot(int(after * 1000), lambda: spent.append(time.process_time()))
        QTimer.singleShot(int((3.1 + seconds) * 1000), app.quit)
        app.exec()
        window.close()
    return {"% of a processor": (spent[1] - spent[0]) / seconds * 100}


def saturated(seconds: float) -> dict[str, float]:
    """Gaps while 32 connections of another process are echoed as quickly as it goes."""
    from PySide6.QtCore import QTimer

    app = _application()
    with tempfile.TemporaryDirectory() as folder:
        window, port = _server(Path(folder))
        load = subprocess.Popen(
            [
                sys.executable,
                "-P",
                str(ROOT / "scripts" / "bench.py"),
                "--load",
                port,
                str(seconds),
            ],
            stdout=subprocess.DEVNULL,
        )
        gaps = Gaps()
        measured: list[tuple[list[float], list[float]]] = []
        counted: list[int] = []

        def measure() -> None:
            measured.append(gaps.taken())
            counted.append(window.controller.session.journal.committed)

        QTimer.singleShot(1000, gaps.taken)
        QTimer.singleShot(int(seconds * 1000), measure)
        watch = QTimer()
        # it began a little later than the window: with that, its connections would be reset
        watch.timeout.connect(lambda: app.quit() if measured and load.poll() is not None else None)
        watch.start(50)
        app.exec()
        (found, spent), events = measured[0], counted[0]
        if load.returncode:
            raise SystemExit(f"the load ended with {load.returncode}")
        window.close()
    return {
        "p50 ms": at(found, 0.5),
        "p99 ms": at(found, 0.99),
        "p99.9 ms": at(found, 0.999),
        "worst ms": found[-1],
        "p99 cpu ms": at(spent, 0.99),
        "worst cpu ms": spent[-1],
        "events/s": events / seconds,
    }


INSIDE: Final[dict[str, Callable[..., dict[str, float]]]] = {
    "open": open_and_jump,
    "filter": filter_window,
    "idle": lambda seconds: idle(float(seconds)),
    "saturated": lambda seconds: saturated(float(seconds)),
}


# -- what is asked for ------------------------------------------------------------------------


def inside(out: Figures, name: str, what: str, *values: object) -> dict[str, float]:
    """Have one of these measured in a process of its own."""
    ran = subprocess.run(
        [sys.executable, "-P", __file__, "--inside", what, *map(str, values)],
        stdout=subprocess.PIPE,
        text=True,
        timeout=20 * BOUND,
        check=True,
        env=environment(ROOT),
    )
    found: dict[str, float] = json.loads(ran.stdout.splitlines()[-1])
    for key, value in found.items():
        out.add(f"{name}: {key}", value)
    return found


def opened(out: Figures, record: Path, args: Asked) -> None:
    """A large record against a short one."""
    with tempfile.TemporaryDirectory() as folder:
        short = Path(folder) / "short.swb"
        make_record(short, FEW)
        for _ in range(args.rounds):
            few = inside(out, f"open {FEW}", "open", short)
            many = inside(out, "open", "open", record)
            out.add("open: memory of that of the short one", many["memory MB"] / few["memory MB"])


def filtered(out: Figures, record: Path, args: Asked) -> None:
    for _ in range(args.rounds):
        for name, term in TERMS.items():
            inside(out, f"filter {name}", "filter", record, term)


PARTS: Final[dict[str, Callable[[Figures, Path, Asked], object]]] = {
    "open": opened,
    "filter": filtered,
    "idle": lambda out, _record, args: [
        inside(out, "idle", "idle", args.seconds) for _ in range(args.rounds)
    ],
    "saturated": lambda out, _record, args: [
        inside(out, "saturated", "saturated", args.seconds) for _ in range(args.rounds)
    ],
}
OF_A_RECORD: Final = {"open", "filter"}


def main(argv: list[str]) -> int:
    if argv[:1] == ["--inside"]:
        print(json.dumps(INSIDE[argv[1]](*argv[2:])))
        return 0
    parser = argparse.ArgumentParser(prog="bench.py window", description=__doc__)
    parser.add_argument("--only", choices=PARTS, action="append", help="may be given again")
    parser.add_argument("--rounds", type=int, default=3, metavar="N")
    parser.add_argument("--seconds", type=float, default=20.0, metavar="S", help="of what is timed")
    parser.add_argument("--rows", type=int, default=10_000_000, metavar="N", help="of the record")
    parser.add_argument("--record", type=Path, metavar="FILE", help="one of make_record.py")
    parser.add_argument("--keep", type=Path, metavar="FILE", help="write the figures there")
    parser.add_argument("--compare", type=Path, metavar="FILE", help="with what was kept there")
    args = parser.parse_args(argv)
    kept, lines = kept_figures(args.compare), []
    with tempfile.TemporaryDirectory() as folder:
        record = args.record or Path(folder) / "large.swb"
        for part in args.only or PARTS:
            if part in OF_A_RECORD and not record.exists():
                make_record(record, args.rows)
            figures = Figures()
            PARTS[part](figures, record, Asked(args.rounds, args.seconds, args.rows))
            lines += figures.lines()
            print(shown(figures.lines(), kept), flush=True)
    if args.keep is not None:
        args.keep.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
