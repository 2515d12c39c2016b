"""What varies is found, shown, compared with a second run, and left as it came where one likes."""

from __future__ import annotations

import itertools
import socketserver
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt

from tests.ui.conftest import Hand, written
from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.ui.dialogs.scenario_dialog import ScenarioDialog
from workbench.ui.dialogs.varying_table import VaryingTable

BOUND = 60.0


@pytest.fixture
def port() -> Iterator[int]:
    """A server that says the date, and of each line which one it is."""
    counter = itertools.count(1)

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"Date: Sat, 28 Nov 2026 18:39:30 GMT\r\n")
            for _ in self.rfile:
                self.wfile.write(f"line {next(counter)} of many\r\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.fixture
def maker(hand: Hand, port: int) -> Iterator[ScenarioDialog]:
    """The window that makes a scenario, after a talk with it."""
    session = hand.window.controller.session
    session.add(EndpointSettings("teller", Role.STREAM, address=f"127.0.0.1:{port}", timeout=BOUND))
    assert session.perform(c.Connect("teller", wait=True)).wait(BOUND)
    came(hand, 1)
    assert session.perform(c.Send("teller", text="one\r\n")).wait(BOUND)
    came(hand, 2)
    made = hand.make_scenario()
    yield made
    made.close()


def came(hand: Hand, count: int) -> None:
    """Wait until so many reads are in the record."""
    session, reader = hand.window.controller.session, hand.window.controller.reader

    def there() -> bool:
        session.journal.flush()
        rows = reader.page(1, 10_000)
        return sum(row.endpoint == "teller" and bool(row.size) and row.call == "recv"
                   for row in rows) >= count  # fmt: skip

    hand.wait(there)


def rows(table: VaryingTable) -> list[tuple[str, str]]:
    found = []
    for row in range(table.rowCount()):
        what, came_ = table.item(row, 0), table.item(row, 2)
        assert what is not None
        assert came_ is not None
        found.append((what.text(), came_.text()))
    return found


DATE = ("date or time", "Sat, 28 Nov 2026 18:39:30 GMT")


def test_a_second_run_tells_what_no_look_does(maker: ScenarioDialog, hand: Hand) -> None:
    assert rows(maker.varying) == [DATE]
    assert r"Date: \w{3}, " in maker.text.toPlainText()
    assert 'text = "line 1 of many\\r\\n"' in maker.text.toPlainText()
    assert "second run" not in maker.message.text()
    maker.compare.setFocus()
    maker.compare.click()
    hand.wait(lambda: len(rows(maker.varying)) == 2)
    assert rows(maker.varying)[1] == ("differs in the second run", "1")
    hand.wait(lambda: "A second run gave something else (1, " in maker.message.text())
    assert maker.focusWidget() is maker.compare, "it went on while the button could not be pressed"
    assert r"regex = '^line \d+ of many\r\n'" in maker.text.toPlainText()
    assert maker.forms.currentWidget() is maker.varying
    hand.wait(maker.run.isEnabled)
    maker.run.click()
    hand.wait(lambda: "held" in maker.message.text())


def test_a_second_run_that_gives_the_same_is_told_too(hand: Hand) -> None:
    hand.exchange()
    dialog = hand.make_scenario()
    dialog.compare.click()
    hand.wait(lambda: "gave nothing else that differs" in dialog.message.text())
    dialog.waits.click()
    hand.wait(lambda: "second run" not in dialog.message.text())
    dialog.close()


def test_a_part_can_be_left_as_it_came_and_taken_again(maker: ScenarioDialog) -> None:
    tick = maker.varying.item(0, 0)
    assert tick is not None
    tick.setCheckState(Qt.CheckState.Unchecked)
    assert "Date: Sat, 28 Nov 2026 18:39:30 GMT" in written(maker).text.toPlainText()
    assert rows(maker.varying) == [DATE]
    tick = maker.varying.item(0, 0)
    assert tick is not None
    tick.setCheckState(Qt.CheckState.Checked)
    assert r"Date: \w{3}, " in written(maker).text.toPlainText()


@pytest.mark.usefixtures("maker")
def test_it_is_made_of_one_endpoint_or_connection(hand: Hand) -> None:
    session = hand.window.controller.session
    assert session.perform(c.Close("teller")).wait(BOUND)
    assert session.perform(c.Connect("teller", wait=True)).wait(BOUND)
    came(hand, 3)
    assert session.perform(c.Send("teller", text="two\r\n")).wait(BOUND)
    came(hand, 4)
    another = hand.make_scenario()
    names = [another.scope.itemText(index) for index in range(another.scope.count())]
    assert names[0] == "everything"
    assert {"teller", "teller #1", "teller #2"} <= set(names)
    assert names.index("teller #2") < names.index("teller #1"), "the newest is meant mostly"
    for scope, texts in (
        ("teller", {"one", "two"}),
        ("teller #1", {"one"}),
        ("teller #2", {"two"}),
    ):
        another.scope.setCurrentIndex(names.index(scope))
        another.scope.activated.emit(names.index(scope))
        text = written(another).text.toPlainText()
        assert {word for word in ("one", "two") if f'"{word}\\r\\n"' in text} == texts, scope
    another.close()
