"""Find: each row that holds the text, in order, both ways and around, whatever the view shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.qt.conftest import Wait
from workbench import texts
from workbench.engine.model import commands as c
from workbench.journal import query
from workbench.qt import log_finder
from workbench.qt.controller import Controller
from workbench.qt.log_finder import LogFinder
from workbench.qt.log_model import LogModel
from workbench.viewmodel.find_text import FindText
from workbench.viewmodel.log_progress import Searching


class Asked:
    """A finder, what it told last, and a wait for that."""

    def __init__(self, controller: Controller, wait: Wait) -> None:
        self.model = LogModel(controller, controller)
        self.finder = LogFinder(controller, self.model)
        self.told: list[int | str] = []
        self.searching: list[object] = []
        self.finder.found.connect(self.told.append)
        self.finder.missed.connect(self.told.append)
        self.finder.searching.connect(self.searching.append)
        self._controller = controller
        self._wait = wait

    def settle(self) -> None:
        self._controller.session.journal.flush()
        self._wait(lambda: self.model.up_to_date)

    def find(self, text: str, row: int | None, backwards: bool = False) -> int | str:
        self.told.clear()
        self.finder.find(text, row, backwards)
        self._wait(lambda: bool(self.told))
        return self.told[0]

    def holding(self, text: str) -> list[int]:
        """By looking at every row that is shown."""
        wanted, found = FindText(text), []
        for row in range(self.model.rowCount()):
            event, cells = self.model.record_row(row), self.model.cells(row)
            assert event is not None
            assert cells is not None
            if wanted.holds(event, cells):
                found.append(row)
        return found


@pytest.fixture
def asked(controller: Controller, wait: Wait, talk: Callable[[str], None]) -> Asked:
    settings = controller.session.settings("client")
    controller.session.perform(c.Configure("client", replace(settings, encoding="gbk")))
    made = Asked(controller, wait)
    for text in ("hello", "HELLO again", "100%_ \\ it's", "x" * 200 + " far behind"):
        talk(text)
    controller.session.perform(c.Send("client", text="连接"))
    controller.session.perform(c.Mark("hello said the note"))
    controller.session.perform(c.Shutdown("client")).wait(60)
    reader = controller.reader
    wait(lambda: any(row.ends_stream for row in reader.page(1, 10_000)))
    made.settle()
    return made


@pytest.mark.parametrize("view", ["", "all", "call:recv|send", "-call:recv"])
@pytest.mark.parametrize(
    "text",
    ["hello", "%_", "127.0.0.1", "connect", "far behind", "68 65 6c 6c 6f", "it's", "server", "ok"],
)
def test_every_row_that_holds_it_and_no_other(
    asked: Asked, monkeypatch: pytest.MonkeyPatch, text: str, view: str
) -> None:
    monkeypatch.setattr(log_finder, "FIRST", 5)
    monkeypatch.setattr(log_finder, "MOST", 3)
    asked.model.set_main_only(view != "all")
    asked.model.set_filter(query.parse("" if view == "all" else view))
    asked.settle()
    wanted = asked.holding(text)
    if not wanted:
        assert asked.find(text, None) == text
        return
    found: list[int] = []
    for _ in wanted:
        row = asked.find(text, found[-1] if found else None)
        assert isinstance(row, int)
        found.append(row)
    assert found == wanted
    assert asked.find(text, found[-1]) == wanted[0], "around"
    back: list[int] = []
    for _ in wanted:
        row = asked.find(text, back[-1] if back else None, True)
        assert isinstance(row, int)
        back.append(row)
    assert back == wanted[::-1]
    assert asked.find(text, back[-1], True) == wanted[-1], "around"


def test_what_is_nowhere_is_missed_and_said(asked: Asked) -> None:
    assert asked.find("nowhere at all", None) == "nowhere at all"
    assert asked.searching[-1] is None
    assert any(isinstance(item, Searching) for item in asked.searching)


def test_a_sentence_of_the_program_is_found_in_each_language(asked: Asked) -> None:
    """It stands in no row of the record."""
    for language in texts.LANGUAGES:
        texts.set_language(language)
        asked.model.retranslate()
        said = texts.tr("log.eof")
        assert asked.holding(said)
        assert asked.find(said, None) == asked.holding(said)[0]


def test_a_search_that_was_given_up_tells_nothing_more(asked: Asked) -> None:
    asked.finder.find("hello", None)
    asked.finder.give_up()
    assert asked.searching[-1] is None
    assert asked.find("nowhere", None) == "nowhere"
    assert asked.told == ["nowhere"]


def test_nothing_is_looked_for_where_there_is_nothing(asked: Asked) -> None:
    asked.finder.find("", None)
    asked.model.set_filter(query.parse("call:none"))
    asked.finder.find("hello", None)
    assert asked.finder._task is None
