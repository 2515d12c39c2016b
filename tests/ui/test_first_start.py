"""A first start: Watch it with whatever tabs there are, and when its strip leaves."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton

from tests.ui.conftest import Hand
from workbench.engine.model import commands as c
from workbench.engine.model.snapshot import Phase
from workbench.qt.client_presenter import ClientPresenter
from workbench.ui.dialogs.demo_browser import DemoBrowser
from workbench.ui.endpoint.endpoint_panel import EndpointPanel
from workbench.ui.window import autoplay


def panel_of(hand: Hand, name: str) -> EndpointPanel:
    panel = hand.window.tab_area.panel(name)
    assert panel is not None
    return panel


def answered(hand: Hand, name: str) -> bool:
    presenter = hand.window.endpoint_tabs.presenter(name)
    return isinstance(presenter, ClientPresenter) and presenter.answered


def phase(hand: Hand, name: str) -> Phase:
    return hand.window.controller.snapshot(name).phase


def test_watch_it_presses_what_is_in_front_and_ringed(
    hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = hand.window
    window.endpoint_tabs.new_server()
    window.endpoint_tabs.new_client()  # linked to server-2; both are in front
    pressed: list[str] = []
    ringed: list[bool] = []
    real = autoplay.Ring.surround

    def surround(ring: autoplay.Ring, target: object) -> None:
        real(ring, target)  # type: ignore[arg-type]
        ringed.append(target.isVisible())  # type: ignore[attr-defined]

    monkeypatch.setattr(autoplay.Ring, "surround", surround)
    window.tab_area.right.setCurrentIndex(0)  # client-1, of server-1: another is in front
    for panel in window.tab_area.panels():
        panel.address_line.primary.clicked.connect(
            lambda _=False, name=panel.name: pressed.append(name)
        )
    window.autoplay.start()
    hand.wait(lambda: not window.autoplay.running)
    assert all(ringed)
    server, client = pressed
    hand.wait(lambda: answered(hand, client))
    assert panel_of(hand, client).isVisible()
    assert panel_of(hand, server).isVisible()
    assert window.tab_area.left.in_front is panel_of(hand, server)
    linked = window.endpoint_tabs.presenter(client)
    assert isinstance(linked, ClientPresenter)
    assert linked.form.link == server


def test_watch_it_makes_panels_where_those_there_are_open(hand: Hand) -> None:
    window = hand.window
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    window.autoplay.start()
    hand.wait(lambda: not window.autoplay.running)
    assert phase(hand, "server-1") is Phase.LISTENING
    assert phase(hand, "client-1") is Phase.IDLE
    hand.wait(lambda: answered(hand, "client-2"))
    assert phase(hand, "server-2") is Phase.LISTENING


def test_watch_it_ends_when_its_panel_is_removed(hand: Hand) -> None:
    window = hand.window
    window.autoplay.start()
    window.endpoint_tabs.remove(panel_of(hand, "server-1"))
    hand.wait(lambda: not window.autoplay.running)


def first_answer(hand: Hand) -> None:
    window = hand.window
    window.preferences.first_steps_done = False
    window.onboarding.show()
    hand.connect()
    hand.press("client.send")
    hand.wait(lambda: answered(hand, "client-1"))


@pytest.mark.parametrize("kind", ["TCP", "UDP"])
def test_one_button_at_a_time_is_the_next_step(hand: Hand, kind: str) -> None:
    def next_steps() -> list[str]:
        buttons = hand.window.findChildren(QPushButton)
        shown = [x for x in buttons if x.isVisible() and x.isEnabled() and x.property("primary")]
        return sorted(x.objectName() for x in shown)

    if kind == "UDP":
        for side in ("server", "client"):
            hand.choose(f"{side}.type", "SOCK_DGRAM")
    hand.wait(lambda: next_steps() == ["server.listen"])
    hand.press("server.listen")
    hand.wait(lambda: next_steps() == ["client.connect"])
    hand.press("client.connect")
    hand.wait(lambda: next_steps() == ["client.send"])
    hand.press("client.close")
    hand.wait(lambda: next_steps() == ["client.connect"])
    hand.press("server.stop")
    hand.wait(lambda: next_steps() == ["server.listen"])


def test_after_the_first_answer_the_strip_says_where_to_go_on(hand: Hand) -> None:
    window = hand.window
    window.setAttribute(Qt.WidgetAttribute.WA_UnderMouse)
    window.preferences.first_steps_done = False
    window.onboarding.show()
    places = hand.at_rest(lambda: (window.tab_area.geometry(), window.log.geometry()))
    first_answer(hand)
    hand.wait(lambda: window.onboarding_bar.done)
    assert hand.find("client.send").icon().isNull()  # type: ignore[attr-defined]
    assert window.preferences.first_steps_done
    after = hand.at_rest(lambda: (window.tab_area.geometry(), window.log.geometry()))
    assert window.onboarding_bar.isVisible()
    assert after == places
    assert not hand.find("first_steps.watch").isVisible()
    hand.press("first_steps.demonstrations")
    browsers = window.findChildren(DemoBrowser)
    assert len(browsers) == 1
    browsers[0].close()
    hand.press("first_steps.close")
    assert not window.onboarding_bar.isVisible()
    window.onboarding.show(again=True)
    assert hand.find("first_steps.watch").isVisible()


def test_the_strip_goes_when_nothing_moves_under_the_mouse(
    hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    # another test may have left a button of the mouse down
    monkeypatch.setattr(QGuiApplication, "mouseButtons", lambda: Qt.MouseButton.NoButton)
    window = hand.window
    window.setAttribute(Qt.WidgetAttribute.WA_UnderMouse)
    first_answer(hand)
    hand.wait(lambda: window.onboarding_bar.done)
    assert window.onboarding_bar.isVisible()
    window.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)
    QCoreApplication.sendEvent(window, QEvent(QEvent.Type.Leave))
    hand.wait(lambda: not window.onboarding_bar.isVisible())


def test_the_end_of_a_demonstration_moves_nothing(hand: Hand) -> None:
    window = hand.window
    window.scenario_player.run_named("greeting")
    hand.wait(window.demo_bar.isVisible)
    place = hand.at_rest(window.tab_area.geometry)
    hand.wait(lambda: not window.scenario_player.running)
    hand.wait(hand.find("lesson.turn").isVisible)
    assert hand.at_rest(window.tab_area.geometry) == place


def test_the_numbers_go_with_the_strip(hand: Hand) -> None:
    window = hand.window
    window.preferences.first_steps_done = False
    window.onboarding.show()
    assert not hand.find("client.send").icon().isNull()  # type: ignore[attr-defined]
    window.scenario_player.run_named("greeting")
    hand.wait(lambda: not window.onboarding_bar.isVisible())
    assert hand.find("client.send").icon().isNull()  # type: ignore[attr-defined]
    hand.wait(lambda: not window.scenario_player.running)


@pytest.mark.parametrize("dressed", [True], ids=["dressed"])
def test_the_numbers_grow_with_the_text(hand: Hand) -> None:
    window = hand.window
    window.preferences.first_steps_done = False
    window.onboarding.show()
    button = panel_of(hand, "server-1").address_line.primary
    before = button.iconSize().width()
    window.appearance._set_scale(200)
    try:
        assert button.iconSize().width() > 1.5 * before
        assert button.width() >= button.fontMetrics().horizontalAdvance(button.text()) + 2 * before
    finally:
        window.appearance.normal()


def test_a_stopped_endpoint_is_closed_in_the_list(hand: Hand) -> None:
    window = hand.window
    window.endpoint_list.switch()
    tree = window.endpoint_list.part.tree

    def words(place: int) -> tuple[str, str]:
        item = tree.topLevelItem(place)
        return (item.text(0), item.text(1)) if item is not None else ("", "")

    hand.wait(lambda: words(0) == ("server-1", "not started"))
    hand.connect()
    hand.wait(lambda: words(1) == ("client-1", "open"))
    hand.wait(lambda: len(window.endpoint_list.part._rows) == 4)  # both have their connection
    tree.collapseAll()  # each state still stands where it belongs
    window.endpoint_list.part._write(window.endpoint_list.part._rows)
    assert words(1) == ("client-1", "open")
    for name in ("client-1", "server-1"):
        window.controller.perform(c.Stop(name))
    hand.wait(lambda: (words(0), words(1)) == (("server-1", "closed"), ("client-1", "closed")))
