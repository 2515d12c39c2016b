"""What the window does beside sockets: first steps, marks, scenarios, start over, looks, files."""

from __future__ import annotations

import json
import re
import socket
import struct
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from tests.ui.conftest import Hand, written
from workbench.engine.model import commands as c
from workbench.engine.model.settings import Pace
from workbench.engine.model.tail import Append
from workbench.qt.scenario_maker import ScenarioMaker
from workbench.scenario.model import Perform
from workbench.ui.dialogs.scenario_dialog import ScenarioDialog
from workbench.ui.window.record_session import OldRecord
from workbench.viewmodel.messages_file import Saved
from workbench.viewmodel.messages_import import imported
from workbench.viewmodel.payload_form import PayloadForm


def talk(hand: Hand) -> None:
    hand.exchange()


def test_watch_it_does_it_and_the_strip_goes_on(hand: Hand) -> None:
    window = hand.window
    window.preferences.first_steps_done = False
    window.onboarding.show()
    hand.press("first_steps.watch")
    hand.wait(lambda: hand.text("client.conversation").count("hello") == 2)
    hand.wait(lambda: window.onboarding_bar.done)


def test_escape_stops_watching(hand: Hand) -> None:
    hand.window.autoplay.start()
    hand.wait(lambda: hand.window.autoplay._target is not None)
    hand.window.leave()
    assert not hand.window.autoplay.running
    assert hand.text("server.state") == "CLOSED"


def test_a_mark_is_a_row_of_the_log(hand: Hand) -> None:
    hand.window.note_field.begin()
    field = hand.window.note_field
    assert field.isVisible()
    hand.qtbot.keyClicks(field, "it hangs here")
    field.returnPressed.emit()
    session = hand.window.controller.session
    session.journal.flush()
    row = hand.window.controller.reader.row(session.journal.committed)
    assert row is not None
    assert "it hangs here" in row.args
    assert not field.isVisible()


def test_call_by_call_waits_for_each_press(hand: Hand) -> None:
    hand.choose("server.pace", Pace.STEP.value)
    hand.press("server.listen")
    for state in ("SETTING UP", "SETTING UP", "BOUND", "LISTEN"):
        hand.press("server.next_call")
        hand.wait(lambda state=state: hand.text("server.state") in (state, "LISTEN"))
    hand.wait_state("server", "LISTEN")


def test_a_talk_becomes_a_scenario_that_holds(hand: Hand) -> None:
    talk(hand)
    hand.press("client.close")
    hand.wait_state("client", "CLOSED")
    hand.window.controller.session.journal.flush()
    maker = ScenarioDialog(ScenarioMaker(hand.window.controller), None, hand.window)
    made = written(maker).read_scenario()
    assert made is not None
    calls = [type(step.command) for step in made.steps if isinstance(step, Perform)]
    assert [kind for kind in calls if kind is not c.Configure] == [
        c.Start,
        c.Connect,
        c.Send,
        c.Close,
    ]
    assert "socket.socket" in maker.python.toPlainText()
    hand.window.scenario_player.run_scenario(made)
    hand.wait_says("status.word", "everything held")
    maker.text.setPlainText("title = ")
    assert not maker.run.isEnabled()
    assert "TOML" in maker.message.text()
    maker.close()


def test_start_over_is_a_new_record_with_the_same_panels(hand: Hand) -> None:
    talk(hand)
    old = hand.window.controller.session
    hand.window.record_commands.start_over()
    session = hand.window.controller.session
    assert session is not old
    assert session.record != old.record
    assert old.record.exists()
    assert session.endpoints == ("server-1", "client-1")
    assert hand.text("client.conversation") == ""
    hand.wait_state("server", "CLOSED")
    talk(hand)


@pytest.mark.parametrize("dressed", [True], ids=["dressed"])
def test_presenting_is_large_and_comes_back(hand: Hand, qapp: QApplication) -> None:
    before = qapp.font().pointSizeF()
    talk(hand)
    hand.window.projector_mode.switch()
    assert qapp.font().pointSizeF() == pytest.approx(before * 1.5)
    assert hand.window.projector_caption.isVisible()
    assert not hand.window.status_bar.record.isVisible()
    hand.window.leave()
    assert qapp.font().pointSizeF() == pytest.approx(before)
    assert not hand.window.projector_caption.isVisible()


@pytest.mark.parametrize("dressed", [True], ids=["dressed"])
def test_sizes_step_and_are_remembered(hand: Hand, qapp: QApplication) -> None:
    looks = hand.window.appearance
    looks.larger()
    assert hand.window.preferences.scale == 110
    looks.normal()
    assert hand.window.preferences.scale == 100


def test_an_export_is_written_beside_the_window(hand: Hand, tmp_path: Path) -> None:
    talk(hand)
    hand.window.file_commands.write(tmp_path / "out.jsonl", "csv")
    hand.wait_says("status.word", "of the record were written to")
    lines = (tmp_path / "out.jsonl").read_text().splitlines()
    assert {json.loads(line)["call"] for line in lines} >= {"listen", "accept", "send"}
    hand.window.log.filter.setText("call:listen")
    hand.window.log.apply_filter()
    hand.window.file_commands.write(tmp_path / "some.CSV", "jsonl")
    hand.wait_says("status.word", "1 of ")
    assert len((tmp_path / "some.CSV").read_text().splitlines()) == 2  # its head, and the row
    hand.window.file_commands.write(tmp_path / "none" / "x", "csv")
    hand.wait_says("status.word", "no such file or folder")


def test_saved_messages_come_back_whole(hand: Hand, tmp_path: Path) -> None:
    messages = hand.window.saved_messages
    for known in messages.saved:
        messages.forget(known)
    draft = PayloadForm("01 03", form="hex", append=Append.CRC16_MODBUS, order="big", start=1)
    panel = hand.window.tab_area.panel("client-1")
    assert panel is not None
    panel.editor.saved.save("meters/read", draft)  # type: ignore[attr-defined]
    assert messages.saved == [Saved("read", "meters", draft)]
    copy = tmp_path / "copy.toml"
    copy.write_bytes(messages.path.read_bytes())
    messages.forget(messages.saved[0])
    found, left = imported(copy)
    messages.add(found)
    assert not left
    panel.editor.saved.choose(1)  # type: ignore[attr-defined]
    assert panel.editor.draft == draft  # type: ignore[attr-defined]
    panel.editor.fill(PayloadForm("hello"))  # type: ignore[attr-defined]
    talk(hand)
    assert messages.history[0].typed


def test_the_kernel_tab_follows_the_chosen_connection(hand: Hand) -> None:
    talk(hand)
    window = hand.window
    window.inspector.setCurrentIndex(2)
    number = hand.connection("client-1").id
    window.controller.select(endpoint="client-1", connection=number)
    hand.wait_says("kernel.head", "ESTABLISHED")
    table = window.inspector.kernel.table
    hand.wait(lambda: table.rowCount() > 10)
    hand.press("client.close")
    hand.wait_says("kernel.head", "last reading")


def test_the_log_folds_a_command_and_shows_times_as_wished(hand: Hand) -> None:
    from workbench.qt.log_model import TimeForm

    talk(hand)
    model = hand.window.log.model
    hand.wait(lambda: model.rowCount() > 10)
    hand.wait(lambda: hand.window.controller.session.settle(0) and model.progress is None)
    before = model.rowCount()
    row = next(row for row in range(before) if "calls" in (model.cells(row) or [""] * 4)[3])
    assert model.fold(row)
    hand.wait(lambda: model.rowCount() < before)
    assert model.fold(row)
    hand.wait(lambda: model.rowCount() == before)
    model.set_time_form(TimeForm.PREVIOUS)
    cells = model.cells(before - 1)
    assert cells is not None
    assert cells[1].startswith("+")


def test_a_crashed_record_is_told_of_once(
    hand: Hand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sqlite3

    from workbench.journal import records
    from workbench.journal.recorder import Recorder

    monkeypatch.setattr(records, "state_dir", lambda: tmp_path)
    made = Recorder(records.folder() / "yesterday.swb")
    made.start()
    made.close()
    with closing(sqlite3.connect(made.path)) as db, db:
        db.execute("DELETE FROM meta WHERE key = 'closed_wall_ns'")
    hand.window.preferences.crash_seen = ""
    hand.window.record_commands.look_for_a_crash()
    hand.wait_says("notice.text", "yesterday")
    hand.press("notice.open")
    assert not hand.window.banner.isVisible()
    hand.window.record_commands.look_for_a_crash()
    assert not hand.window.banner.isVisible()


def test_only_the_newest_part_is_kept_from_the_next_record_on(hand: Hand) -> None:
    window = hand.window
    assert window.menus.action("keep_all").isChecked()
    told: list[str] = []
    window.record_commands.told.connect(told.append)
    window.menus.action("keep_2h").trigger()
    assert "2 hours" in told[-1]
    window.record_commands.start_over()
    record = window.controller.session.record
    assert record.is_dir()
    window.record_commands.write_note("seen in the log")
    log = window.log.model
    hand.wait(lambda: log.rowCount() > 0)
    assert [path.name for path in record.glob("*.swb")] == ["000001.swb"]
    window.menus.action("keep_all").trigger()
    assert window.preferences.keep is None
    window.record_commands.start_over()
    assert window.controller.session.record.is_file()
    old = OldRecord(record)
    reader = old.journal.reader()
    assert "seen in the log" in "".join(row.args for row in reader.page(1, 100))
    reader.close()


def test_one_starts_at_the_button_that_opens_the_server(hand: Hand) -> None:
    assert hand.window.focusWidget() is hand.find("server.listen")


def test_start_over_leaves_the_filter_and_what_was_said_of_a_demonstration(hand: Hand) -> None:
    hand.window.scenario_player.run_named("udp-refused")
    hand.wait(hand.window.demo_bar.isVisible)
    hand.wait(lambda: not hand.window.scenario_player.running)
    hand.window.log.filter.setText("call:send")
    hand.window.log.apply_filter()
    hand.window.record_commands.start_over()
    hand.wait(lambda: not hand.window.demo_bar.isVisible())
    assert hand.text("log.filter") == ""
    assert hand.window.log.model.condition is None


def test_a_link_to_a_port_that_the_kernel_will_choose_says_no_port(hand: Hand) -> None:
    controller = hand.window.controller
    chosen_later = replace(controller.session.settings("server-1"), address="127.0.0.1:0")
    controller.perform(c.Configure("server-1", chosen_later))
    hand.wait(lambda: hand.text("client.port") == "")
    controller.perform(c.Start("server-1"))
    hand.wait_state("server", "LISTEN")
    hand.wait(lambda: hand.text("client.port") not in {"", "0"})
    hand.press("client.connect")
    hand.wait_state("client", "ESTABLISHED")


def test_a_button_is_called_what_it_does_now(hand: Hand) -> None:
    hand.connect()
    send = hand.find("client.send")
    assert send.accessibleName() == "Send"
    hand.type("client.repeat", "1000")
    hand.type("client.interval", "5")
    hand.press("client.send")
    hand.wait(lambda: send.accessibleName() == "Stop sending")
    assert "No more" in send.toolTip()
    hand.wait(lambda: "1 of 1,000" in hand.text("client.message"))
    hand.press("client.send")
    hand.wait(lambda: send.accessibleName() == "Send")
    hand.wait_says("client.message", "Stopped: 1 of 1,000 sent.")
    hand.type("client.repeat", "0")
    hand.press("client.send")
    hand.wait(lambda: "until you stop it" in hand.text("client.message"))
    hand.press("client.send")
    hand.wait(lambda: send.accessibleName() == "Send")
    hand.wait_says("client.message", "Stopped: 1 sent.")


def test_how_many_went_of_a_repeat_that_ended_by_itself_or_with_its_connection(
    hand: Hand, peer: socket.socket
) -> None:
    hand.type("client.repeat", "3")
    hand.press("client.send")
    hand.wait_says("client.message", "all 3 of 3")
    hand.type("client.repeat", "50000")
    hand.type("client.interval", "0.05")
    hand.press("client.send")
    hand.wait(
        lambda: re.search(r"\b[1-9][\d,]* of 50,000", hand.text("client.message")) is not None
    )
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()
    hand.wait_says("client.message", "of 50,000: nothing is open")
    assert "Ended after" in hand.text("client.message")


def test_a_record_gets_a_name_in_the_title(hand: Hand) -> None:
    hand.window.menus.action("name_record").trigger()
    hand.type("window.record_name", "who resets")
    hand.press("window.name_record")
    assert "who resets (record)" in hand.window.windowTitle()
    assert not hand.window.record_name.isVisible()
    record = hand.window.controller.session.record
    assert hand.window.menus.recent.name_of(record) == "who resets (record)"
    hand.window.menus.action("name_record").trigger()
    assert hand.text("window.record_name") == "who resets"
    hand.press("window.drop_name")
    hand.window.menus.action("name_record").trigger()
    hand.window.record_name.part.name.clear()
    assert hand.text("window.name_record") == "No name"
    hand.press("window.name_record")
    assert "who resets" not in hand.window.windowTitle()
    assert not hand.window.record_names.given(record)
