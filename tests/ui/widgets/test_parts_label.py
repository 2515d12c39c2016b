"""A line of parts shows whole ones, and says that there are more."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from workbench.ui.widgets.parts_label import PartsLabel


def test_parts_without_room_are_left_out_whole(qtbot: QtBot) -> None:
    label = PartsLabel()
    qtbot.addWidget(label)
    label.show_parts(("first", "second <b>", "third"))
    metrics = label.fontMetrics()
    label.resize(metrics.horizontalAdvance("first · second <b> · third") + 4, 20)
    label.show()
    assert label.text() == "first · second <b> · third"
    label.resize(metrics.horizontalAdvance("first · second <b> · …") + 4, 20)
    assert label.text() == "first · second <b> · …"
    label.resize(metrics.horizontalAdvance("first") + 4, 20)
    assert label.text() == "first"  # its tip has the others
    assert "third" in label.toolTip()
    label.show_parts(())
    assert label.text() == ""


def test_a_long_first_part_gives_way_at_its_beginning(qtbot: QtBot) -> None:
    label = PartsLabel()
    qtbot.addWidget(label)
    label.show_parts(("IPv4 TCP 127.0.0.1:23333", "backlog 128"))
    metrics = label.fontMetrics()
    label.resize(metrics.horizontalAdvance("TCP 127.0.0.1:23333") + 4, 20)
    label.show()
    assert label.text() == "TCP 127.0.0.1:23333"
    label.resize(metrics.horizontalAdvance("127.0.0.1:23333") + 4, 20)
    assert label.text() == "127.0.0.1:23333"  # whole words go first
    label.resize(metrics.horizontalAdvance("27.0.0.1:23333") + 4, 20)
    assert label.text().startswith("…")
    assert label.text().endswith(":23333")
