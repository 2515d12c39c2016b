"""The Kernel tab: whose readings it shows, and nothing of what was shown before."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from tests.ui.conftest import Hand
from tests.ui.looks.seen import painted
from workbench import app
from workbench.engine.model import commands as c
from workbench.qt.controller import RESTING, TICK, WATCHING
from workbench.ui.record.kernel_plots import DIAGRAM, KEPT, Plot, StateDiagram


def talk(hand: Hand) -> None:
    hand.connect()
    hand.window.inspector.setCurrentIndex(2)
    hand.window.controller.select(endpoint="client-1")


def plotted(hand: Hand) -> set[str]:
    return {key for key, plot in hand.window.inspector.kernel.plots.items() if plot.isVisible()}


def test_it_says_whose_readings_they_are(hand: Hand) -> None:
    talk(hand)
    tab = hand.window.inspector.kernel
    hand.wait_says("kernel.who", "client-1 #1, 127.0.0.1:")
    port = hand.text("client.port")
    hand.wait(lambda: hand.text("kernel.who").endswith(f" > 127.0.0.1:{port}"))
    hand.wait(tab.diagram.isVisible)
    assert "rtt_us" in plotted(hand)
    snapshot = hand.window.controller.snapshot("server-1")
    hand.window.controller.select(endpoint="server-1", connection=snapshot.connection)
    hand.wait(lambda: hand.text("kernel.who") == f"server-1, listening socket, 127.0.0.1:{port}")


def test_a_closed_one_keeps_its_last_reading_and_is_named(hand: Hand) -> None:
    talk(hand)
    hand.wait_says("kernel.head", "ESTABLISHED")
    hand.press("client.close")
    hand.wait_says("kernel.head", "last reading")
    hand.window.controller.select(endpoint="server-1")
    hand.wait_says("kernel.who", "server-1")
    hand.window.controller.select(endpoint="client-1")  # none is chosen: it is the one meant
    hand.wait_says("kernel.who", "client-1 #1")
    assert "last reading" in hand.text("kernel.head")


def test_a_datagram_socket_has_no_states_of_tcp_and_nothing_stays(hand: Hand) -> None:
    talk(hand)
    tab = hand.window.inspector.kernel
    hand.wait(tab.diagram.isVisible)
    hand.window.record_commands.start_over()
    hand.wait_says("kernel.head", "Choose a connection")
    assert not plotted(hand)
    assert not tab.diagram.isVisible()
    assert not tab.who.isVisible()
    hand.choose("server.type", "SOCK_DGRAM")
    hand.choose("client.type", "SOCK_DGRAM")
    hand.press("server.listen")
    hand.wait_state("server", "BOUND")
    hand.press("client.send")
    hand.window.controller.select(endpoint="server-1")
    hand.wait_says("kernel.who", "server-1, datagram socket, 127.0.0.1:")
    hand.wait_says("kernel.head", "ten times a second")
    assert "ESTABLISHED" not in hand.text("kernel.head")
    assert not tab.diagram.isVisible()
    assert "rtt_us" not in plotted(hand)
    hand.press("server.stop")
    hand.wait(lambda: "ten times" not in hand.text("kernel.head"))
    assert "server-1, datagram socket" in hand.text("kernel.who")


def test_an_earlier_record_names_it_too(hand: Hand, tmp_path: Path) -> None:
    talk(hand)
    hand.wait_says("kernel.head", "ESTABLISHED")
    number = hand.connection("client-1").id
    hand.press("client.close")
    hand.wait_says("kernel.head", "last reading")
    hand.window.controller.session.journal.flush()
    hand.window.file_commands.show_record(hand.window.controller.session.record)
    old = next(iter(app._beside))
    old.inspector.setCurrentIndex(2)
    old.controller.select(endpoint="client-1", connection=number)
    kernel = old.inspector.kernel
    hand.wait(lambda: kernel.who.text().startswith("client-1 #1, 127.0.0.1:"))
    assert "last reading" in kernel.head.text()


def test_readings_that_rest_are_read_seldom_and_those_that_change_often(hand: Hand) -> None:
    """Only the ages of an idle connection's last bytes grow."""
    talk(hand)
    controller = hand.window.controller
    hand.wait_says("kernel.head", "ESTABLISHED")
    hand.wait(lambda: controller._timer.interval() == WATCHING)
    before = controller.snapshot("client-1").connections[0].reading
    assert before is not None
    controller.perform(c.Send("client-1", text="hello"))
    assert controller._timer.interval() == TICK

    def sent() -> int:
        reading = controller.snapshot("client-1").connections[0].reading
        return (reading.bytes_sent or 0) - (before.bytes_sent or 0) if reading is not None else 0

    hand.wait(lambda: sent() == 5)
    hand.wait(lambda: controller._timer.interval() == WATCHING)
    hand.window.inspector.setCurrentIndex(0)
    hand.wait(lambda: controller._timer.interval() == RESTING)


def test_a_plot_goes_on_in_time_however_seldom_it_is_read(qtbot: QtBot) -> None:
    plot = Plot("unread")
    qtbot.addWidget(plot)
    plot.add(1, 1)
    plot.add(7, 5)
    assert list(plot.values) == [1, 7, 7, 7, 7, 7]
    plot.add(7, 10 * KEPT)
    assert list(plot.values) == [7] * KEPT


def test_a_plot_of_nothing_says_nothing(qtbot: QtBot) -> None:
    """What it said of another socket stayed, in the language of then."""
    plot = Plot("unread")
    qtbot.addWidget(plot)
    plot.add(7, 1)
    assert "7" in plot.accessibleDescription()
    plot.clear()
    assert plot.accessibleDescription() == ""


def test_the_names_of_states_have_room_in_a_narrow_inspector(qtbot: QtBot) -> None:
    """ESTABLISHED lost its first and last letter with both lists open."""
    diagram = StateDiagram()
    qtbot.addWidget(diagram)
    diagram.show_state("ESTABLISHED", anew=True)
    for width in (195, 240, 600):
        diagram.resize(width, diagram.sizeHint().height())
        with painted() as drawn:
            diagram.grab()
        assert {item.text for item in drawn} == set(DIAGRAM)
        cut = [item.text for item in drawn if item.box and item.wanted.width() > item.box.width()]
        assert not cut, (width, cut)
