"""Fifteen varied actions by hand become a scenario that makes the same calls without a window."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import defaultdict
from pathlib import Path

import pytest

from tests.ui.conftest import Hand, written
from workbench.engine.model import commands as c
from workbench.journal.reader import Reader
from workbench.scenario.from_record import scenario_of
from workbench.scenario.write import to_toml
from workbench.ui.dialogs.scenario_dialog import ScenarioDialog

BOUND = 60.0


def act(hand: Hand) -> None:
    """What a tester might do, each step seen to its end before the next."""
    hand.exchange()
    hand.press("server.send")
    hand.wait_says("client.conversation", "reply")
    panel = hand.window.tab_area.panel("client-1")
    assert panel is not None
    panel.more.button.setChecked(True)
    panel.more.part.options.name.choose("TCP_NODELAY")
    hand.press("client.option_set")
    seen(hand, "setsockopt")
    hand.choose("client.receive_gate", "paused")
    hand.press("server.send")
    hand.wait(lambda: hand.find("client.receive_one").isEnabled())
    hand.press("client.receive_one")
    hand.wait(lambda: hand.text("client.conversation").count("reply") == 2)
    hand.choose("client.receive_gate", "auto")
    hand.window.note_field.begin()
    hand.window.note_field.setText("now half-close")
    hand.window.note_field.returnPressed.emit()
    hand.press("client.half_close")
    seen(hand, "shutdown")
    hand.wait_says("client.conversation", "end of stream")
    hand.press("client.close")
    hand.wait_state("client", "CLOSED")
    hand.press("client.connect")
    hand.wait(lambda: hand.text("client.conversation").count("连接已创建") == 2)
    hand.press("client.abort")
    hand.wait_state("client", "CLOSED")
    hand.wait(lambda: "1 |" not in hand.text("status.events"))
    hand.press("server.stop")
    hand.wait_state("server", "CLOSED")


def seen(hand: Hand, call: str) -> None:
    session = hand.window.controller.session

    def there() -> bool:
        session.journal.flush()
        rows = hand.window.controller.reader.page(1, 10_000)
        return any(
            row.call == call and row.kind == "call" and row.endpoint == "client-1" for row in rows
        )

    hand.wait(there)


def calls(record: Path) -> dict[str, list[str]]:
    """Per socket, in order of its making: what was called and how it came out."""
    reader = Reader(record)
    found: dict[tuple[str, int], list[str]] = defaultdict(list)
    for row in reader.page(1, 100_000):
        if row.kind != "call" or row.connection is None or row.errno in {"EAGAIN", "EINPROGRESS"}:
            continue
        if row.call not in {"recv", "accept"} or row.size == 0 or row.errno:
            found[row.endpoint or "", row.connection].append(f"{row.call} {row.errno or ''}")
    reader.close()
    result: dict[str, list[str]] = {}
    counts: dict[str, int] = defaultdict(int)
    for endpoint, number in sorted(found, key=lambda key: key[1]):
        counts[endpoint] += 1
        result[f"{endpoint} {counts[endpoint]}"] = found[endpoint, number]
    return result


def test_it_holds_every_time(hand: Hand, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    act(hand)
    session = hand.window.controller.session
    session.journal.flush()
    made = scenario_of(hand.window.controller.reader)
    path = tmp_path / "made.toml"
    path.write_text(to_toml(made), encoding="utf-8")
    by_hand = session.record
    hand.window.close()
    right = calls(by_hand)
    assert len(right) >= 5
    for round_ in range(10 if request.config.getoption("--long") else 3):
        record = tmp_path / f"{round_}.swb"
        done = subprocess.run(
            [sys.executable, "-m", "workbench", "run", str(path), "--record", str(record)],
            capture_output=True,
            text=True,
            timeout=BOUND,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert calls(record) == right, round_


def test_the_window_does_not_wait_for_the_record(hand: Hand) -> None:
    """The recorder is held up: the window goes on, and the scenario has all of what was asked."""
    held, go_on = threading.Event(), threading.Event()

    def hold(_seq: int) -> None:
        held.set()
        go_on.wait(60)

    controller = hand.window.controller
    end = controller.session.journal.subscribe(hold)
    controller.perform(c.Mark("first"))
    assert held.wait(60)
    try:
        controller.perform(c.Mark("the last one"))
        hand.window.child_windows.make_scenario()
        assert not hand.window.findChildren(ScenarioDialog)
    finally:
        end()
        go_on.set()
    hand.wait(lambda: bool(hand.window.findChildren(ScenarioDialog)))
    (made,) = hand.window.findChildren(ScenarioDialog)
    assert "the last one" in written(made).text.toPlainText()
