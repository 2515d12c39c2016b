"""The window waits for no record: what needs committed rows comes when they are there."""

from __future__ import annotations

import ast
import threading
from pathlib import Path

import pytest

from tests.ui.conftest import Hand
from workbench.engine.model import commands as c

ROOT = Path(__file__).parents[2] / "workbench"
WAITS = {"flush", "wait_committed"}
"""Methods of the recorder that wait."""
THREADS = {"qt/file_writer.py"}
"""What waits on a thread of its own."""


@pytest.mark.parametrize(
    "path",
    [path for part in ("ui", "qt") for path in sorted((ROOT / part).rglob("*.py"))],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_no_widget_waits_for_the_recorder(path: Path) -> None:
    called = {
        node.func.attr
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert not called & WAITS or str(path.relative_to(ROOT)) in THREADS


def test_why_leads_to_a_failure_that_is_not_written_yet(hand: Hand) -> None:
    hand.press("client.connect")
    hand.wait_says("client.message", "ECONNREFUSED")
    controller = hand.window.controller
    held, go_on = threading.Event(), threading.Event()

    def hold(_seq: int) -> None:
        held.set()
        go_on.wait(60)

    end = controller.session.journal.subscribe(hold)
    controller.perform(c.Mark("first"))
    assert held.wait(60)
    try:
        hand.press("client.why")  # comes back, though nothing can be written
        assert controller.selection.seq is None
    finally:
        end()
        go_on.set()
    hand.wait(lambda: controller.selection.seq is not None)
    row = controller.reader.row(controller.selection.seq or 0)
    assert row is not None
    assert row.errno == "ECONNREFUSED"
