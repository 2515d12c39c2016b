"""How the log paints its rows."""

from __future__ import annotations

from tests.ui.conftest import Hand
from tests.ui.looks.seen import painted
from workbench.engine.model import commands as c


def test_a_long_mark_ends_where_the_log_does(hand: Hand) -> None:
    assert hand.window.controller.session.perform(c.Mark("long " * 200)).wait(10)
    view = hand.window.log.view
    hand.wait(lambda: view.model().rowCount() >= 1)
    with painted() as seen:
        view.viewport().grab()
    (mark,) = [item.text for item in seen if "long long" in item.text]
    assert mark.endswith("…")
    assert view.fontMetrics().horizontalAdvance(mark) < view.viewport().width()
