"""The log as a model: Qt's own examiner, pages, filters, folds and forms of time."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QModelIndex, Qt
from pytestqt.modeltest import ModelTester

from tests.qt.conftest import BOUND_MS, Wait
from workbench import texts
from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, GateMode, Role
from workbench.journal import query
from workbench.qt import log_model, log_scan
from workbench.qt.controller import Controller
from workbench.qt.endpoint_thread import qt_spawn
from workbench.qt.log_model import (
    EVENTS_KEPT,
    FETCHED,
    LogModel,
    TimeForm,
)
from workbench.session import Session
from workbench.viewmodel.log_cells import command_text, since_text, took_text
from workbench.viewmodel.log_columns import COLUMNS, place
from workbench.viewmodel.log_progress import Progress
from workbench.viewmodel.shown_rows import ShownRows, View


@pytest.fixture
def model(controller: Controller) -> LogModel:
    return LogModel(controller, controller)


def marks(controller: Controller, count: int) -> None:
    for number in range(count):
        controller.session.perform(c.Mark(f"mark {number}"))
    controller.session.journal.flush()


def settled(model: LogModel, controller: Controller, wait: Wait) -> None:
    """Everything that is in the record has been looked at."""
    controller.session.journal.flush()
    wait(lambda: model.up_to_date)


def shown(model: LogModel, column: int) -> list[str]:
    return [str(model.data(model.index(row, column))) for row in range(model.rowCount())]


def test_qts_examiner_while_rows_come_and_views_change(
    controller: Controller,
    model: LogModel,
    qtmodeltester: ModelTester,
    wait: Wait,
    talk: Callable[[str], None],
    tmp_path: Path,
) -> None:
    qtmodeltester.check(model)  # stays on the signals: every change from here on is examined
    talk("hello")
    settled(model, controller, wait)
    assert model.rowCount() > 8
    command = next(
        row
        for row in range(model.rowCount())
        if (event := model.record_row(row)) is not None and event.call == "connect"
    )
    assert model.fold(command)
    assert model.fold(command)
    model.set_filter(query.parse("call:recv"))
    talk("again")
    settled(model, controller, wait)
    model.set_filter(None)
    model.clear_view()
    talk("third")
    settled(model, controller, wait)
    model.undo_clear()
    settled(model, controller, wait)
    model.set_main_only(False)
    settled(model, controller, wait)
    for form in TimeForm:
        model.set_time_form(form)
    controller.reset_session(Session(tmp_path / "fresh.swb", spawn=qt_spawn))
    assert model.rowCount() <= 1  # that the record began
    marks(controller, 3)
    settled(model, controller, wait)
    qtmodeltester.check(model)
    assert "mark 2" in shown(model, place("call"))[-1]


def test_every_cell_of_many_pages_is_that_of_the_record(
    controller: Controller, model: LogModel, wait: Wait
) -> None:
    """More rows than pages are kept: forwards, backwards, and jumping about."""
    model.set_main_only(False)
    count = EVENTS_KEPT + 5 * FETCHED
    marks(controller, count)
    settled(model, controller, wait)
    assert model.rowCount() == controller.session.journal.committed
    first = next(row for row in range(10) if (model.cells(row) or ("",) * 7)[3].endswith("mark 0"))
    for number in (*range(0, count, 97), *range(count - 1, 0, -101), 0, count - 1, 1):
        row = first + number
        assert model.data(model.index(row, place("number"))) == str(model.seq_of(row))
        assert model.data(model.index(row, place("call"))).endswith(f"mark {number}")
        assert len(model._events) <= EVENTS_KEPT
    assert model.record_row(model.rowCount()) is None
    assert model.record_row(-1) is None


def test_a_page_that_was_read_half_full_grows(
    controller: Controller, model: LogModel, wait: Wait
) -> None:
    for number in range(5):
        marks(controller, 1)
        settled(model, controller, wait)
        assert "mark 0" in shown(model, place("call"))[-1], number
    assert shown(model, place("number")) == [
        str(model.seq_of(row)) for row in range(model.rowCount())
    ]


def test_a_filter_shows_what_the_record_finds(
    controller: Controller, model: LogModel, wait: Wait, talk: Callable[[str], None]
) -> None:
    talk("hello")
    model.set_main_only(False)
    settled(model, controller, wait)
    everything = model.rowCount()
    for text in ("call:recv", "-call:recv", "endpoint:client size>0", "errno:*", "hello"):
        condition = query.parse(text)
        model.set_filter(condition)
        settled(model, controller, wait)
        upto = controller.session.journal.committed
        found = [seq for part in controller.reader.select(condition, 0, upto) for seq in part]
        assert [model.seq_of(row) for row in range(model.rowCount())] == found, text
        assert 0 < len(found) < everything, text
        assert model.condition is condition
    model.set_filter(None)
    settled(model, controller, wait)
    assert model.rowCount() >= everything


def test_main_calls_hide_what_waiting_adds_and_nothing_else(
    controller: Controller, model: LogModel, wait: Wait, talk: Callable[[str], None]
) -> None:
    talk("hello")
    settled(model, controller, wait)
    main = {model.seq_of(row) for row in range(model.rowCount())}
    model.set_main_only(False)
    settled(model, controller, wait)
    rows = [model.record_row(row) for row in range(model.rowCount())]
    hidden = [row for row in rows if row is not None and row.seq not in main]
    ends = {model.row_showing(row.seq) for row in hidden if row.kind == "end"}
    assert ends, "a real connect ends some time after its EINPROGRESS"
    assert all(
        row.errno == "EAGAIN"
        or row.kind == "end"
        or row.call in ("getsockopt", "record", "configure", "pace")
        for row in hidden
    )


def connects(model: LogModel) -> list[tuple[str, ...]]:
    """The cells of all connect() rows."""
    rows = (model.cells(row) for row in range(model.rowCount()))
    return [
        cells for cells in rows if cells is not None and cells[place("call")].startswith("connect(")
    ]


def one_waits(controller: Controller, model: LogModel, wait: Wait) -> None:
    """A full accept queue: the kernel drops the SYN of "late", so that its connect() waits."""
    session = controller.session
    server = session.settings("server")
    session.perform(c.Configure("server", replace(server, backlog=0, accept=GateMode.PAUSED)))
    assert session.perform(c.Start("server")).wait(BOUND_MS / 1000)
    assert session.perform(c.Connect("client")).wait(BOUND_MS / 1000)
    session.add(EndpointSettings("late", Role.STREAM, address="@server", timeout=None))
    session.perform(c.Connect("late", wait=False))
    wait(lambda: len(connects(model)) == 2)


def test_a_pending_connect_has_a_row_at_once_and_its_end_takes_that_row(
    controller: Controller, model: LogModel, wait: Wait
) -> None:
    session = controller.session
    one_waits(controller, model, wait)
    row = next(
        row
        for row in range(model.rowCount())
        if (event := model.record_row(row)) is not None
        and event.endpoint == "late"
        and event.kind == "call"
        and event.call == "connect"
    )
    cells = model.cells(row)
    assert cells is not None
    assert (cells[place("result")], cells[place("data")]) == (
        "EINPROGRESS",
        texts.tr("log.pending"),
    )
    assert model.event_of(row) == model.seq_of(row)

    changed: list[int] = []
    model.dataChanged.connect(lambda first, _last: changed.append(first.row()))
    assert session.perform(c.Step("server", c.Gate.ACCEPT)).wait(BOUND_MS / 1000)
    wait(lambda: row in changed)
    cells = model.cells(row)
    assert cells is not None
    assert cells[place("result")] == "ok"
    assert cells[place("data")].startswith("local 127.0.0.1:")
    assert len(connects(model)) == 2
    end = controller.reader.row(model.event_of(row))
    assert end is not None
    assert (end.kind, end.call, end.endpoint) == ("end", "connect", "late")
    assert model.row_showing(end.seq) == row
    assert cells[place("took")] == took_text(end)

    model.set_filter(query.parse("call:connect kind:call|end"))  # each row for itself
    assert [cells[place("result")] for cells in connects(model)] == ["ok", "ok"]
    assert model.row_showing(end.seq) is not None
    assert model.seq_of(model.row_showing(end.seq) or 0) == end.seq
    model.set_filter(None)
    assert model.row_showing(end.seq) == row


def test_an_end_whose_beginning_was_cleared_is_a_row_of_its_own(
    controller: Controller, model: LogModel, wait: Wait
) -> None:
    session = controller.session
    one_waits(controller, model, wait)
    model.clear_view()
    assert not connects(model)
    assert session.perform(c.Step("server", c.Gate.ACCEPT)).wait(BOUND_MS / 1000)
    wait(lambda: len(connects(model)) == 1)
    assert connects(model)[0][place("result")] == "ok"
    model.undo_clear()
    settled(model, controller, wait)
    assert len(connects(model)) == 2


def test_an_accept_says_which_connection_it_made_and_whose_the_other_end_is(
    controller: Controller, model: LogModel, wait: Wait, talk: Callable[[str], None]
) -> None:
    talk("hello")
    settled(model, controller, wait)
    port = str(controller.snapshot("client").connections[0].local).rpartition(":")[2]
    accepts = [
        cells
        for row in range(model.rowCount())
        if (cells := model.cells(row)) is not None and cells[place("call")].startswith("accept(")
    ]
    assert [cells[place("data")] for cells in accepts] == [f"#1 = client :{port}"]
    with socket.create_connection(
        ("127.0.0.1", int(controller.session.link("server").rpartition(":")[2])), timeout=10
    ) as stranger:
        wait(lambda: sum(text.startswith("accept(") for text in shown(model, place("call"))) == 2)
        here = "{}:{}".format(*stranger.getsockname())
        assert (
            shown(model, place("data"))[
                max(
                    row
                    for row, text in enumerate(shown(model, place("call")))
                    if text.startswith("accept(")
                )
            ]
            == f"#2 {here}"
        )


def test_a_folded_command_comes_back_as_it_was(
    controller: Controller, model: LogModel, wait: Wait, talk: Callable[[str], None]
) -> None:
    """Hidden rows (EINPROGRESS) and those that a filter leaves out stay out."""
    talk("hello")
    settled(model, controller, wait)
    for condition in (None, query.parse("-call:socket")):
        model.set_filter(condition)
        settled(model, controller, wait)
        before = [model.seq_of(row) for row in range(model.rowCount())]
        for row, seq in enumerate(before):
            event = model.record_row(row)
            assert event is not None
            if event.kind != "command":
                assert not model.fold(row)
                continue
            led = set(controller.reader.caused_by(seq))
            assert model.fold(row)
            assert model.is_folded(seq)
            folded = [model.seq_of(row) for row in range(model.rowCount())]
            assert folded == [seq for seq in before if seq not in led]
            assert model.fold(row)
            assert not model.is_folded(seq)
            assert [model.seq_of(row) for row in range(model.rowCount())] == before


def test_clear_hides_and_is_undone(controller: Controller, model: LogModel, wait: Wait) -> None:
    marks(controller, 5)
    settled(model, controller, wait)
    before = model.rowCount()
    model.clear_view()
    assert model.rowCount() == 0
    marks(controller, 1)
    settled(model, controller, wait)
    assert model.rowCount() == 1
    model.undo_clear()
    settled(model, controller, wait)
    assert model.rowCount() == before + 1


def test_a_row_is_found_by_its_number(
    controller: Controller, model: LogModel, wait: Wait, talk: Callable[[str], None]
) -> None:
    talk("hello")
    model.set_filter(query.parse("call:recv"))
    settled(model, controller, wait)
    for row in range(model.rowCount()):
        assert model.row_showing(model.seq_of(row)) == row
    assert model.row_showing(model.seq_of(0) - 1) is None
    assert model.row_showing(10**9) is None


def test_times_in_every_form(
    controller: Controller,
    model: LogModel,
    wait: Wait,
    talk: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    try:
        talk("hello")
        settled(model, controller, wait)
        clock = shown(model, place("time"))
        model.set_time_form(TimeForm.UTC)
        utc = shown(model, place("time"))
    finally:
        monkeypatch.undo()
        time.tzset()
    assert all(re.fullmatch(r"\d\d:\d\d:\d\d\.\d{3}", text) for text in clock)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}Z", text) for text in utc)
    hours = {
        (int(here[:2]) - int(there[11:13])) % 24 for here, there in zip(clock, utc, strict=True)
    }
    assert hours == {8}
    model.set_time_form(TimeForm.START)
    since = [float(text) for text in shown(model, place("time"))]
    model.set_time_form(TimeForm.PREVIOUS)
    steps = shown(model, place("time"))
    assert steps[0] == ""
    for step, here, before in zip(steps[1:], since[1:], since, strict=False):
        assert float(step) == pytest.approx(here - before, abs=2e-6)


@pytest.mark.parametrize(("later", "text"), [(0, "+0.000000"), (-1_500_000, "-0.001500")])
def test_stamps_of_two_threads_may_run_backwards(later: int, text: str) -> None:
    """An accept is often stamped before the connect it answers: one sign, not two."""
    assert since_text(later) == text


def test_the_languages(
    controller: Controller, model: LogModel, wait: Wait, talk: Callable[[str], None]
) -> None:
    talk("hello")
    settled(model, controller, wait)
    for language, head in (("en", "Result"), ("zh_CN", "结果")):
        texts.set_language(language)
        model.retranslate()
        assert model.headerData(place("result"), Qt.Orientation.Horizontal) == head
        commands = [
            text
            for row, text in enumerate(shown(model, place("call")))
            if (event := model.record_row(row)) is not None and event.kind == "command"
        ]
        assert commands
        assert all(("server" in text or "client" in text) for text in commands)
        assert all(
            bool(re.search("[\u4e00-\u9fff]", text)) == (language == "zh_CN") for text in commands
        )


def test_the_rule_of_a_command_counts_its_calls(
    controller: Controller, talk: Callable[[str], None]
) -> None:
    talk("hello")
    row = next(row for row in controller.reader.page(1, 99) if row.kind == "command")
    assert [command_text(row, calls).rpartition(":")[2].strip() for calls in (1, 4)] == [
        "1 call",
        "4 calls",
    ]
    assert "Listen (server" in command_text(row, 4, controller.role_of(row.endpoint))
    unknown = row._replace(call="from_a_newer_version")
    assert "from_a_newer_version" in command_text(unknown)
    assert command_text(row).startswith("you asked")
    assert command_text(row._replace(endpoint="lab-client")).startswith("the lab asked")
    assert command_text(row._replace(cause=1)).startswith("the scenario asked")
    assert command_text(row._replace(call="stop")).startswith("you asked")  # also in old records


def test_a_tip_is_the_whole_cell_and_never_markup(
    controller: Controller, model: LogModel, wait: Wait
) -> None:
    controller.session.perform(c.Mark("<b>bold</b> & so on"))
    settled(model, controller, wait)
    row = model.rowCount() - 1
    tip = str(model.data(model.index(row, place("call")), Qt.ItemDataRole.ToolTipRole))
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; so on" in tip
    assert "<b>" not in tip
    assert model.data(model.index(row, place("result")), Qt.ItemDataRole.ToolTipRole) is None


def test_it_is_a_flat_table_for_reading(
    controller: Controller, model: LogModel, wait: Wait
) -> None:
    marks(controller, 1)
    settled(model, controller, wait)
    first = model.index(0, 0)
    assert model.rowCount(first) == 0
    assert model.columnCount(first) == 0
    assert model.columnCount() == len(COLUMNS)
    assert model.data(first, Qt.ItemDataRole.AccessibleTextRole) == model.data(first)
    assert model.data(first, Qt.ItemDataRole.EditRole) is None
    assert model.data(QModelIndex()) is None
    assert not model.flags(first) & Qt.ItemFlag.ItemIsEditable
    assert model.headerData(0, Qt.Orientation.Vertical) is None


@pytest.mark.parametrize("text", ["", "-call:recv", '"mark"', "kind:command text:x"])
def test_a_long_record_is_looked_at_from_both_ends_while_rows_come(
    controller: Controller,
    model: LogModel,
    wait: Wait,
    monkeypatch: pytest.MonkeyPatch,
    talk: Callable[[str], None],
    text: str,
) -> None:
    """What is shown at each moment is in order, and none of it twice; in the end it is what one
    pass finds.
    """
    monkeypatch.setattr(log_scan, "AT_ONCE", 20)
    monkeypatch.setattr(log_scan, "AT_ONCE_ACROSS", 5)
    monkeypatch.setattr(log_scan, "CHUNK", 40)
    monkeypatch.setattr(log_model, "TAIL", 10)
    talk("before")
    marks(controller, 300)
    told: list[int] = []

    def inserted(_parent: QModelIndex, first: int, last: int) -> None:
        told[first:first] = [model.seq_of(row) for row in range(first, last + 1)]

    def removed(_parent: QModelIndex, first: int, last: int) -> None:
        del told[first : last + 1]

    def begun_anew() -> None:
        told[:] = [model.seq_of(row) for row in range(model.rowCount())]

    model.rowsInserted.connect(inserted)
    model.rowsRemoved.connect(removed)
    model.modelReset.connect(begun_anew)
    condition = query.parse(text)
    model.set_filter(condition)
    for number in range(30):
        controller.session.perform(c.Mark(f"later {number}"))
        QCoreApplication.processEvents()
        assert told == [model.seq_of(row) for row in range(model.rowCount())]
        assert told == sorted(set(told))
    talk("after")
    settled(model, controller, wait)
    assert told == [model.seq_of(row) for row in range(model.rowCount())]
    view = View(condition, main_only=True)
    whole = ShownRows(view)
    learned = whole.learn(view.look(controller.reader, 0, controller.session.journal.committed))
    assert learned is not None
    assert told == learned[1].numbers()
    assert len(told) > 300 or text


@pytest.mark.parametrize("more", [6, 30, 60, 200])
def test_more_rows_than_are_looked_at_at_once_but_no_long_record(
    controller: Controller,
    model: LogModel,
    wait: Wait,
    monkeypatch: pytest.MonkeyPatch,
    more: int,
) -> None:
    """Fewer than what is looked at first of a long record, about as many, and more."""
    monkeypatch.setattr(log_scan, "AT_ONCE_ACROSS", 5)
    monkeypatch.setattr(log_model, "TAIL", 50)
    model.set_filter(query.parse("kind:command -text:nowhere"))
    for _ in range(2):
        marks(controller, more)
        settled(model, controller, wait)
    assert model.rowCount() == 2 * more


def test_a_filter_is_taken_back_at_once_however_long_the_record(
    controller: Controller, model: LogModel, wait: Wait, monkeypatch: pytest.MonkeyPatch
) -> None:
    marks(controller, 100)
    settled(model, controller, wait)
    before = model.rowCount()
    monkeypatch.setattr(log_scan, "AT_ONCE", 20)
    monkeypatch.setattr(log_model, "TAIL", 10)
    model.set_filter(query.parse("call:recv"))
    model.set_filter(None)
    assert model.rowCount() == before
    assert model.up_to_date


def test_looking_is_stopped_and_taken_up_again(
    controller: Controller, model: LogModel, wait: Wait, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_scan, "AT_ONCE", 20)
    monkeypatch.setattr(log_model, "TAIL", 20)
    marks(controller, 200)
    told: list[object] = []
    model.progressed.connect(told.append)
    model.set_filter(query.parse("kind:command"))
    model.stop_looking()
    assert model.progress is not None
    assert model.progress.stopped
    stopped = model.rowCount()
    assert 0 < stopped < 200, "the newest and the first ones"
    marks(controller, 1)
    wait(lambda: model.rowCount() == stopped + 1)
    model.go_on_looking()
    settled(model, controller, wait)
    wait(lambda: model.rowCount() == 201)
    wait(lambda: told[-1] is None)
    assert any(isinstance(item, Progress) and item.stopped for item in told)


def test_after_the_end_nothing_is_read(controller: Controller, model: LogModel, wait: Wait) -> None:
    marks(controller, 3)
    settled(model, controller, wait)
    controller.session.perform(c.Mark("late"))
    controller.close()
    wait(lambda: not model._next_look.isActive())
    assert model.record_row(0) is None
    assert model.cells(0) is None
    assert BOUND_MS  # the model may still be asked while the window goes
    assert model.data(model.index(0, 0)) is None


def test_an_end_that_is_read_after_our_own_shutdown_is_not_called_the_peers(
    controller: Controller, model: LogModel, talk: Callable[[str], None], wait: Wait
) -> None:
    talk("hello")
    for command in (
        c.Shutdown("client", c.How.READ),
        c.Recv("client"),
        c.Shutdown("client", c.How.WRITE),
    ):
        controller.session.perform(command).wait(BOUND_MS / 1000)

    def ends() -> list[tuple[str, str]]:
        settled(model, controller, wait)
        rows = [model.record_row(row) for row in range(model.rowCount())]
        return [
            (row.endpoint or "", str(model.data(model.index(at, place("data")))))
            for at, row in enumerate(rows)
            if row is not None and row.ends_stream
        ]

    wait(lambda: {name for name, _ in ends()} == {"client", "server"})
    for name, said in ends():
        assert (
            said
            == {
                "client": "b'': reading was shut down here (SHUT_RD), whatever the peer does",
                "server": "end of stream (peer finished sending)",
            }[name]
        )
