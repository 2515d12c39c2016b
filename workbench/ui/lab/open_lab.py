"""Opens the backlog lab: its presenter and its window, joined by signals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.qt.lab_presenter import LabPresenter
from workbench.ui.lab.backlog_window import BacklogWindow

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from workbench.qt.controller import Controller
    from workbench.ui.style.appearance import Appearance


def open_lab(controller: Controller, parent: QWidget, appearance: Appearance) -> BacklogWindow:
    """A window on the session of `controller`; its presenter lives as long as it does."""
    window = BacklogWindow(parent)
    lab = LabPresenter(controller, window)
    lab.changed.connect(window.show_state)
    lab.told.connect(window.show_message)
    lab.probed.connect(window.show_hindrances)
    window.run_wanted.connect(lab.start)
    window.stop_wanted.connect(lab.stop)
    window.closing.connect(lab.close)
    window.keep_wanted.connect(lab.keep)
    window.kept_wanted.connect(lab.show_kept)
    window.accept_wanted.connect(lab.accept_one)
    window.listen_wanted.connect(lab.listen_again)
    window.close_wanted.connect(lab.close_listener)
    window.smaller_wanted.connect(appearance.smaller)
    window.larger_wanted.connect(appearance.larger)
    window.normal_wanted.connect(appearance.normal)
    return window
