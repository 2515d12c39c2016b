"""A window on a projector, and what comes while it is."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel

from tests.ui.conftest import Hand


def test_panels_that_come_while_presenting_are_folded_too(hand: Hand) -> None:
    """Those of a demonstration, which is run on a projector more than anywhere else."""
    window = hand.window
    window.projector_mode.switch()
    window.showNormal()
    window.resize(1280, 800)
    first = window.tab_area.panels()[0]
    hand.wait(lambda: "\n" in first.address_line.primary.text())
    window.endpoint_tabs.new_server()
    window.endpoint_tabs.new_client()
    try:
        for name in ("server-2", "client-2"):
            panel = window.tab_area.panel(name)
            assert panel is not None
            assert not panel.behaviour_row.isVisibleTo(panel)
            assert "\n" in panel.address_line.primary.text()
    finally:
        window.projector_mode.switch()
    for name in ("server-2", "client-2"):
        panel = window.tab_area.panel(name)
        assert panel is not None
        assert panel.behaviour_row.isVisibleTo(panel)
        assert "\n" not in panel.address_line.primary.text()


def test_the_lab_is_at_hand_on_a_projector_and_fills_it(hand: Hand) -> None:
    """The menu bar and the tool bar are hidden there."""
    window = hand.window
    demos, lab = window.menus.demos, window.menus.action("backlog_lab")
    demos.aboutToShow.emit()
    assert lab not in demos.actions()
    window.projector_mode.switch()
    try:
        hand.wait(lambda: bool(window.findChildren(QLabel, "caption.call")))
        demos.aboutToShow.emit()
        assert lab in demos.actions()
        lab.trigger()
        children = window.child_windows
        hand.wait(lambda: children.lab is not None and children.lab.isVisible())
        assert children.lab is not None
        assert children.lab.isMaximized()
        children.lab.close()
    finally:
        window.projector_mode.switch()
    demos.aboutToShow.emit()
    assert lab not in demos.actions()
