"""What differs from the default has the room; the caption of the queue goes whole."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from workbench.ui.endpoint.accept_queue_bar import AcceptQueueBar
from workbench.ui.widgets.elided_label import ElidedLabel
from workbench.ui.widgets.named_controls import NamedControls
from workbench.viewmodel.server_state import QueueState


def stands_at(widget: QWidget, left: int) -> bool:
    return widget.geometry().left() == left


def test_the_caption_leaves_no_gap_beside_a_long_chip(qtbot: QtBot) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    chips = ElidedLabel()
    bar = AcceptQueueBar(NamedControls("server"), chips, QPushButton("Accept one"))
    bar.setContentsMargins(0, 0, 0, 0)
    owner.setLayout(bar)
    bar.show(QueueState(filled=0, room=129, words="0 of 129", usual="0 of 129"), datagram=False)
    chips.setText("SO_KEEPALIVE 1")
    with qtbot.waitExposed(owner):
        owner.show()
    whole = bar.sizeHint().width()
    label = bar._label
    for wide in (whole + 40, whole, whole - 1, whole - 30, whole, whole + 40):
        owner.resize(wide, 30)
        left = label.sizeHint().width() + bar.spacing() if wide >= whole else 0
        qtbot.waitUntil(partial(stands_at, bar._bar, left))
        assert bool(label.text()) == (wide >= whole)
        assert chips.width() == chips.sizeHint().width()
