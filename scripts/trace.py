#!/usr/bin/env python3
"""Trace: what a click on Send runs through, and what the program does while nothing happens.

    .venv/bin/python scripts/trace.py [send | idle] [--seconds S] [--kernel] [--json]

Both without a name.

The real window, offscreen, with a listening server and a client that is connected to it.

send: the click is followed from the button to the socket: the window's thread from the click to
the command's hand-over, then the endpoint's thread from taking it to the call of send(). It counts
calls of Python functions (a comprehension belongs to the function it stands in), files, changes
of file and returns to a file already left; how often the text is encoded; and what is drawn
before the bytes go: widgets that are changed or painted, snapshots that are built. What the
window's thread does after the hand-over runs beside the endpoint's and is listed apart (`after`).
`carried` is the path itself: the files that are on the stack at the hand-over, and at send();
the others are only asked or told something on the way (a ticket, the record, an encoding) and come
back at once: marked `asks`. `<-` marks a return.

idle: calls of Python functions a second on all threads (here comprehensions count, and each time
that a generator goes on), and the functions called most, each with who calls it most.

Prints JSON lines: one with the totals, then one for each step or function; and, without --json,
the same as a list to read. It is counted by sys.setprofile: exact, and not a measure of time.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Final, TypeVar

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QTimer  # noqa: E402
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget  # noqa: E402

from workbench import texts  # noqa: E402
from workbench.app import create_window, make_application  # noqa: E402
from workbench.ui.window.window import MainWindow  # noqa: E402

BOUND_S: Final = 20
SETTLE_S: Final = 2.0
"""After this the newest rows are drawn and the first readings of a connection are taken."""
SHOWN: Final = 25
CHANGES: Final = ("set", "update", "repaint", "show", "hide", "add", "insert", "remove", "clear")
"""How methods of Qt begin that change what is seen."""
HAND_OVER: Final = ("workbench/engine/sockets/event_loop.py", "post")
WITHIN: Final = frozenset({"<genexpr>", "<listcomp>", "<setcomp>", "<dictcomp>"})
NOTATION: Final = "workbench/payload/notation.py"
TRACED_SOCKET: Final = "workbench/engine/sockets/traced_socket.py"
EVENT_LOOP: Final = "workbench/engine/sockets/event_loop.py"
FROZEN: Final = ROOT / "workbench" / "frozen.py"
DISPATCH: Final = "workbench/engine/runtime/dispatch.py"
REASONS: Final = {
    "ui/endpoint/message_editor.py": "the button, and what is typed",
    "qt/client_presenter.py": "whether it can be sent now, and to which connections",
    "qt/endpoint_presenter.py": "commands of every panel: the ticket is kept, its outcome told",
    "viewmodel/control_commands.py": "a control asks for nothing that a scenario could not",
    "qt/controller.py": "one door for all of the window; has it told how the command ends",
    "session.py": "whose endpoint it is; the command becomes a row of the record",
    "engine/model/identity_cache.py": "sent before, it is not made again; returns: row, then bytes",
    "engine/model/ticket.py": "follows the command to its end",
    "engine/model/serialize.py": "the command as the record spells it",
    "journal/recorder.py": "takes that row",
    "engine/runtime/host.py": "the endpoint's door for other threads",
    "engine/sockets/worker.py": "the endpoint's thread, started where there is none",
    "engine/sockets/event_loop.py": "from one thread to the other",
    "qt/endpoint_thread.py": "that thread: it runs the loop",
    "engine/runtime/dispatch.py": "which work the command is",
    "engine/endpoint/base.py": "the endpoint: which connections are meant; how often, of what",
    "engine/endpoint/send.py": "the bytes; returns: to each of the connections",
    "payload/notation.py": "text to bytes, or why not",
    "engine/endpoint/client.py": "which are current depends on the kind of endpoint",
    "engine/connection/stream_connection.py": "the connection; returns: send() of a stream",
    "engine/connection/send_queue.py": "order and what waits; returns: nothing waits, now it goes",
    "engine/connection/pending_call.py": "what the ticket waits for, and until when",
    "engine/sockets/traced_socket.py": "the call, and its event",
}
"""What each file does on the path of a click on Send: one that has no reason is a detour.

None of them only passes on. Fewer would be had by putting unlike things into one: the thread and
its loop, which ends with it; what waits and the queue it waits in; the row and how it is spelled.
"""


@dataclass(frozen=True, slots=True)
class Step:
    """One call, as it happened.

    Attributes:
        thread: ident of the thread that made it.
        file, function: what was called; for a method of Qt or of a socket, who called it.
        builtin: the method in C that was called, with its class; empty for a Python function.
        caller: the function that called a Python function.
        commanded: a command is being performed: the hand-over happens within such a call.
        stack: the files of this checkout whose functions led here, the outermost first; of the
            hand-over and of send() alone.
    """

    thread: int
    file: str
    function: str
    builtin: str = ""
    caller: str = ""
    commanded: bool = False
    stack: tuple[str, ...] = ()


def place(code: CodeType) -> str:
    """The file of a function, from the checkout's root where it is ours.

    What fills in the first objects of a class is as little a file of ours as the `__init__` is that
    fills in the later ones.
    """
    path = Path(code.co_filename)
    ours = path.is_relative_to(ROOT) and path != FROZEN
    return path.relative_to(ROOT).as_posix() if ours else path.name


W = TypeVar("W", bound=QWidget)
Hook = Callable[[FrameType, str, Any], None]


@contextmanager
def profiled(hook: Hook) -> Iterator[None]:
    """Have `hook` told of each call on the present thread and all that a window starts later."""
    threading.setprofile(hook)
    try:
        yield
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


class Hand:
    """Works the window as a person does, and waits for what it leads to."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window

    def find(self, kind: type[W], name: str) -> W:
        found = self.window.findChild(kind, name)
        assert isinstance(found, kind), name
        return found

    def press(self, name: str) -> None:
        button = self.find(QAbstractButton, name)
        self.wait(button.isEnabled, name)
        button.click()

    def rest(self, seconds: float) -> None:
        loop = QEventLoop()
        QTimer.singleShot(int(seconds * 1000), loop.quit)
        loop.exec()

    def wait(self, true: Callable[[], bool], what: str) -> None:
        until = time.monotonic() + BOUND_S
        while not true():
            if time.monotonic() > until:
                raise SystemExit(f"the window did not get there: {what}")
            self.rest(0.02)

    def connect(self) -> None:
        """One connection between the window's server and its client, and all of it drawn."""
        for button, side, state in (
            ("server.listen", "server", "state.listen"),
            ("client.connect", "client", "state.established"),
        ):
            self.press(button)
            self._reach(side, state)
        self.rest(SETTLE_S)

    def _reach(self, side: str, state: str) -> None:
        shown = texts.tr(state) if texts.has(state) else state.rpartition(".")[2].upper()
        label = self.find(QLabel, f"{side}.state")
        self.wait(lambda: label.text() == shown, shown)


# -- a click on Send ---------------------------------------------------------------------------


class Recording:
    """Every call on every thread while `on`, in order."""

    def __init__(self) -> None:
        self.on = False
        self.steps: list[Step] = []

    def hook(self, frame: FrameType, event: str, arg: Any) -> None:
        if not self.on or event not in {"call", "c_call"}:
            return
        file, function = place(frame.f_code), frame.f_code.co_qualname
        if event == "call" and frame.f_code.co_name not in WITHIN:
            caller = frame.f_back.f_code.co_qualname if frame.f_back is not None else ""
            stack = files_of(frame) if (file, frame.f_code.co_name) == HAND_OVER else ()
            self.steps.append(
                Step(threading.get_ident(), file, function, "", caller, performing(frame), stack)
            )
        elif event == "c_call":
            own = getattr(arg, "__self__", None)
            if isinstance(own, QWidget | socket.socket):
                name = f"{type(own).__name__}.{arg.__name__}"
                stack = files_of(frame) if file == TRACED_SOCKET else ()
                self.steps.append(Step(threading.get_ident(), file, function, name, stack=stack))


def files_of(frame: FrameType | None) -> tuple[str, ...]:
    """The files of this checkout on the stack, the outermost first, each stay once."""
    found = []
    while frame is not None:
        found.append(place(frame.f_code))
        frame = frame.f_back
    return tuple(file for file, _ in groupby(reversed(found)) if file.startswith("workbench/"))


def performing(frame: FrameType | None) -> bool:
    """Whether the session performs a command in one of the calls that led here."""
    while frame is not None:
        if frame.f_code.co_name == "perform" and frame.f_code.co_filename.endswith("session.py"):
            return True
        frame = frame.f_back
    return False


@dataclass(frozen=True, slots=True)
class Click:
    """A click on Send, cut into its parts.

    Attributes:
        path: from the click to send(): first the window's thread, then the endpoint's.
        after: what the window's thread does beside the endpoint's, before the click is over.
        carried: the files on the stack at the hand-over, then those at send().
    """

    path: list[Step]
    after: list[Step]
    carried: list[str]

    @classmethod
    def of(cls, steps: list[Step], window: int) -> Click:
        sent = next(
            (
                number
                for number, step in enumerate(steps)
                if step.file == TRACED_SOCKET and step.builtin.endswith((".send", ".sendto"))
            ),
            None,
        )
        if sent is None:
            raise SystemExit("no byte was sent")
        own = [number for number, step in enumerate(steps) if step.thread == window]
        handed = next(number for number in own if steps[number].commanded and steps[number].stack)
        endpoint = [step for step in steps[: sent + 1] if step.thread == steps[sent].thread]
        return cls(
            [steps[number] for number in own if number <= handed] + endpoint[taken(endpoint) :],
            [steps[number] for number in own if number > handed],
            [file for file, _ in groupby(steps[handed].stack + steps[sent].stack)],
        )


def taken(steps: list[Step]) -> int:
    """Where the endpoint's thread takes the command: timers and snapshots may come before it."""
    begun = max(n for n, step in enumerate(steps) if step.file == DISPATCH)
    while begun and steps[begun - 1].file == EVENT_LOOP:
        begun -= 1
    return begun


def in_python(steps: Iterable[Step]) -> list[Step]:
    """The calls of functions of this checkout."""
    return [step for step in steps if not step.builtin and step.file.startswith("workbench/")]


def stays(steps: Iterable[Step]) -> list[tuple[str, list[Step]]]:
    """The path cut where it goes to another file."""
    return [(file, list(some)) for file, some in groupby(steps, key=lambda step: step.file)]


def threads(steps: Iterable[Step]) -> str:
    """Who is in a file: the path changes threads within the file of the hand-over."""
    own = threading.get_ident()
    return "+".join(
        name for name, _ in groupby("window" if s.thread == own else "endpoint" for s in steps)
    )


def drawn(steps: Iterable[Step]) -> list[str]:
    """What is drawn, each with who had it drawn."""
    found = []
    for step in steps:
        method = step.builtin.rpartition(".")[2]
        if step.builtin and not step.builtin.startswith("socket") and method.startswith(CHANGES):
            found.append(f"{step.builtin} by {step.file}:{step.function}")
        elif step.function.endswith("paintEvent") or "snapshot_builder" in step.file:
            found.append(f"{step.file}:{step.function} by {step.caller}")
    return found


def encoded(steps: Iterable[Step]) -> list[str]:
    """Who had a text turned into bytes, and by what, once for each time."""
    return [
        f"{step.caller} ({step.function})"
        for step in steps
        if step.file == NOTATION and step.function in {"encode", "from_escapes"}
    ]


def trace_send(hand: Hand, recording: Recording) -> list[dict[str, object]]:
    """Click on Send in the client's panel; the totals, then each stay in a file."""
    sent = hand.window.controller.snapshot("client-1").connections[0].bytes_out
    button = hand.find(QAbstractButton, "client.send")
    hand.wait(button.isEnabled, "client.send")
    sys.setprofile(recording.hook)
    recording.on = True
    button.click()
    sys.setprofile(None)
    hand.wait(
        lambda: hand.window.controller.snapshot("client-1").connections[0].bytes_out > sent,
        "bytes sent",
    )
    recording.on = False
    click = Click.of(recording.steps, threading.get_ident())
    path = in_python(click.path)
    cuts = stays(path)
    left: list[str] = []
    lines: list[dict[str, object]] = []
    for number, (file, some) in enumerate(cuts, 1):
        lines.append(
            {
                "trace": "send",
                "step": number,
                "file": file,
                "returns": file in left,
                "carries": file in click.carried,
                "reason": REASONS.get(file.removeprefix("workbench/")),
                "thread": threads(some),
                "functions": [step.function for step in some],
            }
        )
        left.append(file)
    known = {f"workbench/{file}" for file in REASONS}
    walked = {*click.carried, *(step.file for step in path)}
    total = {
        "trace": "send",
        "calls": len(path),
        "files": len({step.file for step in path}),
        "changes_of_file": len(cuts) - 1,
        "returns": sum(bool(line["returns"]) for line in lines),
        "without_reason": sorted(walked - known),
        "carried": {
            "files": len(set(click.carried)),
            "returns": len(click.carried) - len(set(click.carried)),
            "path": click.carried,
        },
        "reasons_not_needed": sorted(known - walked),
        "encoded": encoded(click.path),
        "drawn_before_the_bytes": drawn(click.path),
        "after": {
            "calls": len(in_python(click.after)),
            "files": len({step.file for step in in_python(click.after)}),
            "encoded": encoded(click.after),
            "drawn": len(drawn(click.after)),
        },
    }
    return [total, *lines]


def list_send(lines: list[dict[str, Any]]) -> Iterator[str]:
    total, *steps = lines
    yield (
        f"Send: {total['calls']} calls, {total['files']} files, {total['changes_of_file']} changes"
        f" of file, {total['returns']} returns to a file already left"
    )
    carried = total["carried"]
    yield (
        f"carried by {carried['files']} files with {carried['returns']} returns:"
        f" {' > '.join(file.removeprefix('workbench/') for file in carried['path'])}"
    )
    for step in steps:
        mark = "<-" if step["returns"] else "  " if step["carries"] else "asks"
        why = step["reason"] or "NO REASON IN scripts/trace.py"
        yield f"{step['step']:4} {mark:4} {step['thread']:15} {step['file']}: {why}"
        for function, some in groupby(step["functions"]):
            times = len(list(some))
            yield f"{' ' * 19}{function}{f'  x {times}' if times > 1 else ''}"
    yield f"encoded {len(total['encoded'])} times, by: {', '.join(total['encoded']) or 'nobody'}"
    yield f"drawn before the bytes go: {len(total['drawn_before_the_bytes'])}"
    for what, times in Counter(total["drawn_before_the_bytes"]).items():
        yield f"{times:8} {what}"
    yield f"beside the endpoint's thread, until the click is over: {total['after']}"


# -- nothing happens ---------------------------------------------------------------------------


class Tally:
    """Calls by callee and caller while `on`; each thread counts for itself."""

    def __init__(self) -> None:
        self.on = False
        self._own = threading.local()
        self._all: list[tuple[str, Counter[tuple[CodeType, CodeType | None]]]] = []

    def hook(self, frame: FrameType, event: str, _arg: Any) -> None:
        if event != "call" or not self.on:
            return
        try:
            mine = self._own.counter
        except AttributeError:
            mine = self._own.counter = Counter()
            self._all.append((thread_name(frame), mine))
        back = frame.f_back
        mine[frame.f_code, back.f_code if back is not None else None] += 1

    def by_thread(self) -> dict[str, int]:
        found: Counter[str] = Counter()
        for name, counter in self._all:
            found[name] += counter.total()
        return dict(found.most_common())

    def calls(self) -> Counter[tuple[CodeType, CodeType | None]]:
        return sum((counter for _, counter in self._all), Counter())


def thread_name(frame: FrameType) -> str:
    """The window's threads are Qt's: Python knows them by what they began with."""
    if threading.current_thread() is threading.main_thread():
        return "window"
    bottom = frame
    while bottom.f_back is not None:
        bottom = bottom.f_back
    return (
        bottom.f_code.co_qualname
        if place(bottom.f_code) != "threading.py"
        else (threading.current_thread().name)
    )


def trace_idle(hand: Hand, tally: Tally, seconds: float) -> list[dict[str, object]]:
    """Let `seconds` pass; the totals, then the functions called most."""
    sys.setprofile(tally.hook)
    begun = time.perf_counter()
    tally.on = True
    hand.rest(seconds)
    tally.on = False
    took = time.perf_counter() - begun
    sys.setprofile(None)
    calls = tally.calls()
    functions: Counter[CodeType] = Counter()
    callers: dict[CodeType, Counter[CodeType | None]] = {}
    for (code, caller), times in calls.items():
        functions[code] += times
        callers.setdefault(code, Counter())[caller] += times
    total: dict[str, object] = {
        "trace": "idle",
        "seconds": round(took, 2),
        "calls_per_s": round(calls.total() / took),
        "calls_per_s_by_thread": {n: round(t / took, 1) for n, t in tally.by_thread().items()},
        "files": len({code.co_filename for code in functions}),
    }
    return [
        total,
        *(
            {
                "trace": "idle",
                "calls_per_s": round(times / took, 1),
                "file": place(code),
                "function": code.co_qualname,
                "callers": {
                    f"{place(by)}:{by.co_qualname}" if by is not None else "C": round(n / took, 1)
                    for by, n in callers[code].most_common(3)
                },
            }
            for code, times in functions.most_common(SHOWN)
        ),
    ]


def list_idle(lines: list[dict[str, Any]]) -> Iterator[str]:
    total, *functions = lines
    yield (
        f"idle with one connection: {total['calls_per_s']} Python calls a second in"
        f" {total['files']} files, by thread: {total['calls_per_s_by_thread']}"
    )
    for line in functions:
        yield f"{line['calls_per_s']:9} /s  {line['file']}:{line['function']}"
        for caller, times in line["callers"].items():
            yield f"{' ' * 15}{times} from {caller}"


# ----------------------------------------------------------------------------------------------


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("what", nargs="?", choices=("send", "idle"))
    parser.add_argument("--seconds", type=float, default=5.0, help="of idleness")
    parser.add_argument("--kernel", action="store_true", help="idle with the Kernel tab in front")
    parser.add_argument("--json", action="store_true", help="no list to read")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CONFIG_HOME"] = folder  # a first start, and nobody's settings touched
        texts.set_language("en")
        make_application([])
        recording, tally = Recording(), Tally()
        both = ((recording.hook, recording), (tally.hook, tally))

        def hook(frame: FrameType, event: str, arg: Any) -> None:
            for told, one in both:
                if one.on:
                    told(frame, event, arg)

        with profiled(hook):
            window = create_window(Path(folder) / "r.swb")
            try:
                window.resize(1280, 752)
                window.show()
                hand = Hand(window)
                hand.connect()
                if asked.kernel:
                    window.inspector.setCurrentIndex(window.inspector.count() - 1)
                    hand.rest(SETTLE_S)
                lines: list[dict[str, object]] = []
                readable: list[str] = []
                if asked.what in {None, "idle"}:
                    lines += (found := trace_idle(hand, tally, asked.seconds))
                    readable += list_idle(found)
                if asked.what in {None, "send"}:
                    lines += (found := trace_send(hand, recording))
                    readable += list_send(found)
            finally:
                window.close()
        QApplication.processEvents()
    print("\n".join(json.dumps(line) for line in lines))
    if not asked.json:
        print("\n".join(["", *readable]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
