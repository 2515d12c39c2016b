"""Rules of a server: written in the panel, answered by real sockets."""

from __future__ import annotations

import socket
from dataclasses import replace

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from tests.ui.conftest import Hand
from workbench import texts
from workbench.engine.model import commands as c
from workbench.engine.model.responders.reply import OnPeerClose, Then
from workbench.engine.model.responders.rule import Match, Rule
from workbench.engine.model.responders.rules import Rules
from workbench.ui.endpoint.group_chips import GroupChips
from workbench.ui.endpoint.rules_table import RuleTable
from workbench.ui.endpoint.rules_try import RuleTrial
from workbench.ui.endpoint.server_panel import ServerPanel
from workbench.ui.style.retranslatable import use_language
from workbench.viewmodel.rule_form import (
    RuleDraft,
    TypedRule,
    fault,
    in_words,
    rules_of,
    show_rule,
    shown_reply,
    shown_value,
)

RULES = (
    Rule(Match.CONTAINS, "ping", "pong\r\n"),
    Rule(Match.REGEX, "^a+$", "only a", "gbk", 0.25, Then.ECHO),
    Rule(Match.HEX, "00 ff", "\\ zero", then=Then.CLOSE),
    Rule(Match.EXACT, "back\\slash\tand tab \u202e \U000e0001", ""),
)


def write(hand: Hand, **fields: str) -> None:
    """One more rule, typed."""
    if hand.find("server.rules_new").isEnabled():
        hand.press("server.rules_new")
    for name, text in fields.items():
        control = f"server.rules_{name}"
        if name in ("match", "encoding", "then"):
            hand.choose(control, text)
        else:
            hand.type(control, text)
    if hand.find("server.rules_apply").isEnabled():
        hand.press("server.rules_apply")


def draft(hand: Hand, **fields: str) -> None:
    """Typed, and not left: the last field keeps the focus."""
    for name, text in fields.items():
        field = hand.find(f"server.rules_{name}")
        assert isinstance(field, QLineEdit)
        field.setFocus()
        field.selectAll()
        hand.qtbot.keyClicks(field, text)


def listening(hand: Hand) -> socket.socket:
    """A client of a server that listens."""
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    return socket.create_connection(("127.0.0.1", int(hand.text("server.port"))), 10)


def ask(hand: Hand, sock: socket.socket, data: bytes, size: int) -> bytes:
    sock.sendall(data)
    answer = bytearray()
    sock.settimeout(0.02)

    def read() -> bool:
        try:
            answer.extend(sock.recv(size))
        except TimeoutError:
            return False
        return len(answer) >= size

    hand.wait(read)
    return bytes(answer)


@pytest.mark.parametrize("rule", RULES)
def test_a_shown_rule_reads_back(rule: Rule) -> None:
    assert rules_of([show_rule(rule)]) == (replace(rule, encoding=rule.encoding or "utf-8"),)


@pytest.mark.parametrize(("rule", "field"), [
    (TypedRule("regex", "a(b", ""), "value"), (TypedRule("hex", "0g", ""), "value"),
    (TypedRule("contains", "服", "", "ascii"), "value"), (TypedRule("exact", "\\q", ""), "value"),
    (TypedRule("exact", "a", "服", "latin-1"), "reply"),
    (TypedRule("exact", "a", "\\xff"), "reply"),
    (TypedRule("exact", "a", "", delay="soon"), "delay"),
])  # fmt: skip
def test_what_is_wrong_has_a_field_and_a_reason(rule: TypedRule, field: str) -> None:
    found = fault(rule)
    assert found is not None
    assert found[0] == field
    assert found[1].text


def test_a_server_answers_by_rules(hand: Hand) -> None:
    hand.choose("server.responder", "rules")
    assert hand.find("server.rules").isVisible(), "choosing rules opens their list"
    assert not hand.find("server.greeting").isVisible()
    write(hand, value="ping", reply="pong\\r\\n")
    write(hand, match="regex", value="^a+$", reply="only a")
    write(hand, value="quit", reply="bye", then="close")
    with listening(hand) as sock:
        assert ask(hand, sock, b"ping", 6) == b"pong\r\n"
        assert ask(hand, sock, b"aaa", 6) == b"only a"
        assert ask(hand, sock, b"quit", 3) == b"bye"
        hand.wait(lambda: sock.recv(1) == b"")


def test_a_change_while_listening_is_live_and_logged(hand: Hand) -> None:
    hand.choose("server.responder", "rules")
    write(hand, value="ping", reply="one")
    controller = hand.window.controller
    with listening(hand) as sock:
        assert ask(hand, sock, b"ping", 3) == b"one"
        hand.type("server.rules_reply", "two")
        hand.wait(
            lambda: (
                controller.session.settings("server-1").responder
                == Rules((Rule(Match.CONTAINS, "ping", "two"),))
            )
        )
        assert ask(hand, sock, b"ping", 3) == b"two"
    hand.wait(
        lambda: any(
            row.call == "configure" and "two" in (row.args or "")
            for row in controller.reader.page(1, 200)
        )
    )


def test_a_bad_rule_is_marked_and_nothing_starts(hand: Hand) -> None:
    hand.choose("server.responder", "rules")
    write(hand, value="fine")
    write(hand, match="regex", value="a(b")
    assert "not closed" in hand.text("server.rules_trouble")
    assert hand.find("server.rules_value").property("tone") == "bad"
    model = hand.find("server.rules").model()  # type: ignore[attr-defined]
    assert model.index(1, 2).data(Qt.ItemDataRole.DecorationRole) is not None
    assert model.index(0, 2).data(Qt.ItemDataRole.DecorationRole) is None
    assert hand.text("server.rules_trouble").startswith("Not in force:"), "though it is listed"
    hand.press("server.listen")
    hand.wait_says("server.message", "Rule 2")
    assert hand.text("server.state") == "CLOSED"
    hand.type("server.rules_value", "a(b)")
    assert hand.text("server.rules_trouble") == ""
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")


def test_order_and_removal_by_keys(hand: Hand) -> None:
    hand.choose("server.responder", "rules")
    for value in ("1", "2", "3"):
        write(hand, value=value)
    assert not hand.find("server.rules_down").isEnabled()
    hand.press("server.rules_up")
    hand.press("server.rules_up")
    table = hand.find("server.rules")
    model = table.model()  # type: ignore[attr-defined]

    def values() -> list[str]:
        return [str(model.index(row, 2).data()) for row in range(model.rowCount())]

    assert values() == ["3", "1", "2"]
    assert not hand.find("server.rules_up").isEnabled()
    hand.qtbot.keyClick(table, Qt.Key.Key_Down)
    assert hand.text("server.rules_value") == "1"
    hand.qtbot.keyClick(table, Qt.Key.Key_Delete)
    assert values() == ["3", "2"]
    assert hand.text("server.rules_open").endswith("2")


def test_rules_of_a_scenario_are_shown_and_stay(hand: Hand) -> None:
    panel = hand.window.endpoint_tabs.presenter("server-1")
    session = hand.window.controller.session
    wished = replace(session.settings("server-1"), responder=Rules(RULES, OnPeerClose.KEEP))
    session.perform(c.Configure("server-1", wished))
    hand.wait(lambda: session.settings("server-1") == wished)
    panel.refresh()
    assert panel.draft() == wished


@pytest.mark.parametrize("end", ["close", "keep"])
def test_what_follows_the_end_of_a_peer(hand: Hand, end: str) -> None:
    """With the reply "nothing" too, a server closes by itself unless it is told not to."""
    hand.choose("server.responder", "nothing")
    hand.choose("server.on_peer_close", end)
    said = "closes at end of stream" if end == "close" else "stays open at end of stream"
    hand.wait_says("server.chips", said)
    with listening(hand) as sock:
        hand.wait(lambda: hand.window.controller.snapshot("server-1").open_count == 1)
        sock.shutdown(socket.SHUT_WR)

        def seen() -> bool:
            connections = hand.window.controller.snapshot("server-1").connections
            return bool(connections) and (
                connections[0].peer_finished
                if end == "keep"
                else connections[0].closed_ns is not None
            )

        hand.wait(seen)
        assert hand.window.controller.snapshot("server-1").open_count == (end == "keep")


def test_the_list_is_a_part_of_the_panel(hand: Hand) -> None:
    hand.choose("server.responder", "rules")
    box: QWidget = hand.find("server.rules")
    assert box.window() is hand.window
    hand.press("server.rules_open")
    assert not box.isVisible()
    hand.choose("server.responder", "echo")
    assert not hand.find("server.rules_open").isVisible()


def committing(hand: Hand) -> tuple[str, bool, bool]:
    """The button that puts the fields in force: its words and whether it is on; and New's."""
    button = hand.find("server.rules_apply")
    words = hand.text("server.rules_apply"), button.accessibleName()
    assert words in (("Add", "Add a rule"), ("Apply", "Put what is typed into force"))
    return words[0], button.isEnabled(), hand.find("server.rules_new").isEnabled()


def test_one_button_puts_the_fields_in_force_and_says_as_what(hand: Hand) -> None:
    """There never are two that could be meant; New begins another rule and changes none."""
    hand.choose("server.responder", "rules")
    assert committing(hand) == ("Add", True, False)
    draft(hand, value="a", reply="1")
    assert committing(hand) == ("Add", True, False)
    hand.press("server.rules_apply")
    assert in_the_list(hand) == [("a", "1")]
    assert committing(hand) == ("Apply", False, True)
    draft(hand, value="b", reply="2")  # typed over the one that is chosen
    assert committing(hand) == ("Apply", True, True)
    hand.press("server.rules_new")
    assert in_the_list(hand) == [("a", "1")], "it stays as it is"
    assert (hand.text("server.rules_value"), committing(hand)) == ("b", ("Add", True, False))
    assert "Enter or Add makes it a rule" in hand.text("server.rules_trouble")
    hand.press("server.rules_apply")
    assert in_the_list(hand) == [("a", "1"), ("b", "2")]
    assert committing(hand) == ("Apply", False, True)


def test_a_new_rule_that_is_dropped_leaves_the_one_before_chosen(hand: Hand) -> None:
    answering(hand, ("a", "1"), ("b", "2"))
    table = hand.find("server.rules")
    assert isinstance(table, RuleTable)
    for untouched in (True, False):
        hand.press("server.rules_new")
        assert table.row == -1
        assert not hand.find("server.rules_remove").isEnabled()
        if not untouched:
            draft(hand, value="c")
        hand.qtbot.keyClick(hand.find("server.rules_value"), Qt.Key.Key_Escape)
        assert (table.row, hand.text("server.rules_value")) == (1, "b")
        assert committing(hand) == ("Apply", False, True)
    assert in_the_list(hand) == [("a", "1"), ("b", "2")]


def test_a_new_rule_that_was_typed_is_there_once_another_one_is_chosen(hand: Hand) -> None:
    answering(hand, ("a", "1"), ("b", "2"))
    table = hand.find("server.rules")
    assert isinstance(table, RuleTable)
    hand.press("server.rules_new")
    table.selectRow(0)
    assert in_the_list(hand) == [("a", "1"), ("b", "2")], "nothing was typed"
    hand.press("server.rules_new")
    draft(hand, value="c", reply="3")
    table.selectRow(1)
    assert in_the_list(hand) == [("a", "1"), ("b", "2"), ("c", "3")]
    assert (table.row, hand.text("server.rules_value")) == (1, "b")
    hand.window.menus.action("undo").trigger()
    assert in_the_list(hand) == [("a", "1"), ("b", "2")]


def test_a_new_rule_in_the_middle_of_work_is_shown_as_one_again(hand: Hand) -> None:
    """Fields that are filled anew, as by another language or a set-up that comes back."""
    answering(hand, ("a", "1"))
    hand.press("server.rules_new")
    draft(hand, value="c")
    presenter = hand.window.endpoint_tabs.presenter("server-1")
    panel = hand.window.tab_area.panel("server-1")
    assert isinstance(panel, ServerPanel)
    kept = panel.reply.rules.draft
    assert kept == RuleDraft(None, TypedRule("contains", "c", "1"))
    panel.reply.rules.show_typed([TypedRule("contains", "z", "26")], None)
    presenter.fill(presenter.form)  # type: ignore[arg-type]
    assert panel.reply.rules.draft == kept
    assert committing(hand) == ("Add", True, False)


def in_the_list(hand: Hand) -> list[tuple[str, str]]:
    return [(rule.value, rule.reply) for rule in rules_in(hand)]


def test_add_takes_what_stands_in_the_fields(hand: Hand) -> None:
    hand.choose("server.responder", "rules")
    hand.choose("server.rules_match", "exact")
    draft(hand, value="p", reply="q")
    assert rules_in(hand) == []
    hand.press("server.rules_apply")
    assert rules_in(hand) == [TypedRule("exact", "p", "q")]
    with listening(hand) as sock:
        assert ask(hand, sock, b"p", 1) == b"q"


def test_enter_adds_the_first_rule_and_starts_nothing(hand: Hand) -> None:
    hand.choose("server.responder", "rules")
    draft(hand, value="p")
    hand.qtbot.keyClick(hand.find("server.rules_value"), Qt.Key.Key_Return)
    assert [rule.value for rule in rules_in(hand)] == ["p"]
    assert hand.text("server.state") == "CLOSED"


def test_without_a_rule_nothing_can_be_removed_or_moved(hand: Hand) -> None:
    hand.choose("server.responder", "rules")
    names = [f"server.rules_{name}" for name in ("remove", "up", "down")]
    for name in names:
        assert not hand.find(name).isEnabled()
        assert "No rule is chosen" in hand.find(name).toolTip()
    hand.press("server.rules_apply")
    hand.press("server.rules_remove")
    assert not any(hand.find(name).isEnabled() for name in names)
    assert rules_in(hand) == []


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_what_is_kept_is_said_and_columns_do_not_touch(hand: Hand, language: str) -> None:
    use_language(language)
    hand.choose("server.responder", "rules")
    hand.press("server.rules_apply")
    table = hand.find("server.rules")
    assert isinstance(table, RuleTable)
    assert (
        table.lines.index(0, 5).data()
        == {"en": "connection stays open", "zh_CN": "保持连接"}[language]
    )
    metrics = table.fontMetrics()
    for section in (4, 5):
        words = str(table.lines.headerData(section, Qt.Orientation.Horizontal))
        assert metrics.horizontalAdvance(words) + 14 <= table.columnWidth(section)


def rules_in(hand: Hand) -> list[TypedRule]:
    table = hand.find("server.rules")
    assert isinstance(table, RuleTable)
    return table.lines.rules


def test_one_that_fits_anything_looks_for_nothing(hand: Hand) -> None:
    hand.choose("server.responder", "rules")
    hand.press("server.rules_apply")
    hand.choose("server.rules_match", "any")
    hand.press("server.rules_apply")
    value = hand.find("server.rules_value")
    hand.wait(lambda: not value.isEnabled())
    assert value.toolTip()
    (rule,) = rules_in(hand)
    assert (shown_value(rule), rules_of([rule])[0].value) == ("", "")
    hand.choose("server.rules_match", "contains")
    hand.wait(value.isEnabled)


def test_what_has_no_field_stays_and_is_seen() -> None:
    kept = Rule(Match.HEX, "{id:2}", reply_hex="{id} 00", times=2, when="a", to="b", wrap=True)
    shown = show_rule(kept)
    assert shown_reply(shown) == "{id} 00"
    assert rules_of([shown]) == (replace(kept, encoding="utf-8"),)


def test_what_a_pattern_takes_is_put_into_the_reply_by_a_click(hand: Hand) -> None:
    hand.choose("server.responder", "rules")
    write(hand, match="regex", value=r"get (?P<key>\w+) (?P<at>\d+)", reply="<>")
    reply = hand.find("server.rules_reply")
    reply.setCursorPosition(1)  # type: ignore[attr-defined]
    assert "{key}" in hand.find("server.rules_groups.key").toolTip()
    hand.press("server.rules_groups.at")
    hand.press("server.rules_groups.key")
    assert hand.text("server.rules_reply") == "<{at}{key}>"
    hand.press("server.rules_apply")
    assert rules_in(hand)[0].reply == "<{at}{key}>"
    with listening(hand) as sock:
        assert ask(hand, sock, b"get cas 17", 7) == b"<17cas>"
    hand.choose("server.rules_match", "exact")
    chips = hand.find("server.rules_groups")
    assert isinstance(chips, GroupChips)
    assert not chips.names


def test_rules_are_tried_out_while_they_are_typed(hand: Hand) -> None:
    hand.choose("server.responder", "rules")
    write(hand, match="regex", value=r"id=(?P<id>\d+)", reply="got {id}")
    write(hand, value="ping", reply="pong")
    answer = hand.find("server.rules_answer")
    assert isinstance(answer.parent(), RuleTrial)
    assert not answer.isVisible()
    hand.type("server.rules_try", "ping")
    assert hand.text("server.rules_answer").startswith("Rule 2 · 4 B  70 6f 6e 67  pong")
    hand.type("server.rules_reply", "pong!")
    assert hand.text("server.rules_answer").endswith("pong!")
    hand.choose("server.rules_try_form", "hex")
    assert answer.property("tone") == "bad"
    hand.type("server.rules_try", "69 64 3d 34 32")
    assert hand.text("server.rules_answer").endswith("got 42")
    assert answer.property("tone") == ""
    hand.press("server.more")
    hand.choose("server.messages", "ends")
    hand.choose("server.rules_try_form", "text")
    hand.type("server.rules_try", "ping\\r\\nid=7\\r\\n")
    lines = hand.text("server.rules_answer").splitlines()
    assert [line.split(":")[0] for line in lines] == ["Message 1", "Message 2"]
    assert lines[1].endswith("got 7")


def test_a_name_that_nothing_takes_is_told_with_the_nearest(hand: Hand) -> None:
    hand.choose("server.responder", "rules")
    write(hand, match="regex", value=r"(?P<token>\w+)", reply="{tokn}")
    assert "Did you mean {token}?" in hand.text("server.rules_trouble")
    assert hand.find("server.rules_trouble").property("tone") == ""
    hand.type("server.rules_reply", "{token}")
    assert hand.text("server.rules_trouble") == ""


def test_what_has_no_field_is_typed_as_a_scenario_has_it(hand: Hand) -> None:
    hand.choose("server.responder", "rules")
    write(hand, match="any", reply="a", more='times = 1, counted = "endpoint"')
    write(hand, match="any", reply="{id}", more='take = { id = "n.id" }')
    assert rules_in(hand)[0].more == 'times = 1, counted = "endpoint"'
    with listening(hand) as first, listening_again(hand) as second:
        assert ask(hand, first, b"?", 1) == b"a"
        assert ask(hand, second, b'{"n": {"id": 7}}', 1) == b"7"
    hand.type("server.rules_more", "in_trn = 7")
    trouble = hand.find("server.rules_trouble")
    hand.wait(lambda: "in_turn" in trouble.text())  # type: ignore[attr-defined]


def listening_again(hand: Hand) -> socket.socket:
    """One more client of it."""
    return socket.create_connection(("127.0.0.1", int(hand.text("server.port"))), 10)


# -- a draft --------------------------------------------------------------------------------------


def answering(hand: Hand, *rules: tuple[str, str]) -> None:
    """Rules in force: what is looked for, and the reply."""
    hand.choose("server.responder", "rules")
    for value, reply in rules:
        write(hand, value=value, reply=reply)


def in_force(hand: Hand) -> list[tuple[str, str]]:
    """What the server has, whatever stands in the fields."""
    responder = hand.window.controller.session.settings("server-1").responder
    return [(rule.value, rule.reply or "") for rule in responder.rules]  # type: ignore[union-attr]


def test_half_a_rule_answers_nobody(hand: Hand) -> None:
    answering(hand, ("ping", "one"))
    with listening(hand) as sock:
        draft(hand, value="p", reply="no")
        assert "Not in force yet" in hand.text("server.rules_trouble")
        assert hand.find("server.rules_trouble").property("tone") == "busy"
        sock.sendall(b"p")
        hand.wait(lambda: hand.connection("server-1").bytes_in == 1)
        assert ask(hand, sock, b"ping", 3) == b"one"
        hand.qtbot.keyClick(hand.find("server.rules_reply"), Qt.Key.Key_Return)
        hand.wait(lambda: in_force(hand) == [("p", "no")])
        assert hand.text("server.rules_trouble") == ""
        assert not hand.find("server.rules_apply").isEnabled()
        assert ask(hand, sock, b"p", 2) == b"no"


def test_escape_drops_what_is_not_in_force(hand: Hand) -> None:
    answering(hand, ("ping", "pong"))
    draft(hand, value="pi")
    hand.qtbot.keyClick(hand.find("server.rules_value"), Qt.Key.Key_Escape)
    assert hand.text("server.rules_value") == "ping"
    draft(hand, reply="po")
    hand.press("server.rules_revert")
    assert hand.text("server.rules_reply") == "pong"
    assert rules_in(hand) == [TypedRule("contains", "ping", "pong")]


def test_a_rule_comes_into_force_when_its_form_is_left(hand: Hand) -> None:
    answering(hand, ("ping", "pong"))
    hand.window.activateWindow()
    draft(hand, value="p")
    reply, backlog = hand.find("server.rules_reply"), hand.find("server.backlog")
    hand.wait(hand.find("server.rules_value").hasFocus)
    reply.setFocus()
    hand.wait(reply.hasFocus)
    assert [rule.value for rule in rules_in(hand)] == ["ping"], "another field of the same rule"
    backlog.setFocus()
    assert [rule.value for rule in rules_in(hand)] == ["p"]


def test_a_key_that_starts_takes_the_rule_in(hand: Hand) -> None:
    hand.choose("server.responder", "rules")
    draft(hand, value="a", reply="b")
    hand.window.controller.select(endpoint="server-1")
    hand.window.menus.action("start").trigger()
    hand.wait_state("server", "LISTEN")
    assert in_force(hand) == [("a", "b")]


def test_choosing_another_rule_takes_the_one_before_in(hand: Hand) -> None:
    answering(hand, ("a", "1"), ("b", "2"))
    draft(hand, value="bb")
    table = hand.find("server.rules")
    assert isinstance(table, RuleTable)
    table.selectRow(0)
    assert [rule.value for rule in rules_in(hand)] == ["a", "bb"]
    assert hand.text("server.rules_value") == "a"


def test_every_change_of_the_list_can_be_taken_back(hand: Hand) -> None:
    answering(hand, ("a", "1"), ("b", "2"))
    undo = hand.window.menus.action("undo").trigger
    draft(hand, value="bb")
    hand.press("server.rules_apply")
    hand.press("server.rules_up")
    assert [rule.value for rule in rules_in(hand)] == ["bb", "a"]
    assert "moved" in hand.text("undo.text")
    undo()
    assert [rule.value for rule in rules_in(hand)] == ["a", "bb"]
    undo()
    assert [rule.value for rule in rules_in(hand)] == ["a", "b"]
    hand.press("server.rules_new")
    hand.press("server.rules_apply")
    assert [rule.value for rule in rules_in(hand)] == ["a", "b", "b"]
    undo()
    assert [rule.value for rule in rules_in(hand)] == ["a", "b"]


def test_nothing_of_the_form_moves_while_one_works_in_it(hand: Hand) -> None:
    answering(hand, ("ping", "pong"))
    names = ("match", "value", "reply", "encoding", "delay", "then", "more", "apply", "try")
    fields = [hand.find(f"server.rules_{name}") for name in names]

    def places() -> list[int]:
        return hand.at_rest(lambda: [field.mapTo(hand.window, QPoint()).y() for field in fields])

    before = places()
    hand.choose("server.rules_match", "regex")
    for value in ("(", "(?P<id>.)(?P<other>.)", "x"):
        draft(hand, value=value, reply="{id} {othr}")
        assert places() == before
    hand.press("server.rules_apply")
    assert places() == before


def test_what_is_typed_of_a_rule_is_the_presenters(hand: Hand) -> None:
    """It stays where the fields are filled anew, and is tried out before it is in force."""
    answering(hand, ("ping", "pong"))
    draft(hand, value="pi")
    presenter = hand.window.endpoint_tabs.presenter("server-1")
    presenter.fill(presenter.form)  # type: ignore[arg-type]
    assert hand.text("server.rules_value") == "pi"
    hand.type("server.rules_try", "pi")
    assert hand.text("server.rules_answer").startswith("Rule 1")
    assert [rule.value for rule in rules_in(hand)] == ["ping"]


def test_a_rule_that_makes_no_sense_holds_up_no_other_silently(hand: Hand) -> None:
    answering(hand, ("a", "1"), ("b", "2"))
    hand.choose("server.rules_match", "regex")
    hand.type("server.rules_value", "(")
    table = hand.find("server.rules")
    assert isinstance(table, RuleTable)
    table.selectRow(0)
    assert hand.text("server.rules_trouble").startswith("Rule 2 cannot be understood")


def test_a_pattern_among_escapes_is_sent_to_regex() -> None:
    found = fault(TypedRule("contains", r"id=\d+", ""))
    assert found is not None
    assert "choose regex" in found[1].text
    found = fault(TypedRule("contains", "a", r"\d"))
    assert found is not None
    assert "Turn" not in found[1].text


def test_folded_rules_are_one_line(hand: Hand) -> None:
    answering(hand, ("ping", "pong"), ("a", "b"))
    summary = hand.find("server.rules_summary")
    assert not summary.isVisible()
    hand.press("server.rules_open")
    assert summary.isVisible()
    said = hand.text("server.rules_summary")
    assert said == "1 contains ping → pong   2 contains a → b"
    assert in_words([TypedRule("any", "", "", then="close")]) == "1 anything → close"


def test_a_rule_of_the_window_names_what_another_has_kept(hand: Hand) -> None:
    hand.choose("server.responder", "rules")
    keeps = 'keep = { user = "{who}" }, store = { last = "{who}" }'
    write(hand, match="regex", value="LOGIN (?P<who>.+)", reply="ok", more=keeps)
    write(hand, match="exact", value="WHO", reply="{user}", more="times = 0")
    assert hand.text("server.rules_trouble") == ""
    write(hand, match="exact", value="LAST", reply="{name}", more='recall = { name = "last" }')
    assert hand.text("server.rules_trouble") == ""
    with listening(hand) as sock:
        assert ask(hand, sock, b"LOGIN ann", 2) == b"ok"
        assert ask(hand, sock, b"WHO", 3) == b"ann"
        assert ask(hand, sock, b"LAST", 3) == b"ann"


def test_a_rule_in_the_middle_of_work_is_kept_between_runs(hand: Hand) -> None:
    answering(hand, ("ping", "pong"))
    draft(hand, value="pi")
    window = hand.window
    panel = window.tab_area.panel("server-1")
    assert panel is not None
    kept = window.tab_commands._copies.tab(panel, leaving=True).settings.responder
    assert isinstance(kept, Rules)
    assert [rule.value for rule in kept.rules] == ["pi"]
    assert [rule.value for rule in rules_in(hand)] == ["ping"]
    hand.choose("server.rules_match", "regex")
    draft(hand, value="p(")
    kept = window.tab_commands._copies.tab(panel, leaving=True).settings.responder
    assert isinstance(kept, Rules)
    assert [rule.value for rule in kept.rules] == ["ping"], "it makes no sense yet"
    assert hand.text("server.rules_trouble").startswith("Not in force: p( is not a regular")


def test_in_a_low_window_the_list_has_what_is_compared_and_answered(hand: Hand) -> None:
    answering(hand, ("ping", "pong"))
    table = hand.find("server.rules")
    assert isinstance(table, RuleTable)
    high = table.height()
    table.spare_height(True)
    assert [table.isColumnHidden(column) for column in range(6)] == [False] * 4 + [True] * 2
    assert table.height() < high
    table.spare_height(False)
    assert not any(table.isColumnHidden(column) for column in range(6))
    assert table.height() == high


def test_ctrl_z_behind_enter_takes_the_rule_back(hand: Hand) -> None:
    """A field that has nothing to take back leaves the key to the window."""
    answering(hand, ("ping", "pong"))
    field = hand.find("server.rules_value")
    draft(hand, value="pi")

    def asked() -> bool:
        """Whether the field takes the key for itself."""
        event = QKeyEvent(
            QEvent.Type.ShortcutOverride, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier
        )
        event.ignore()
        QCoreApplication.sendEvent(field, event)
        return event.isAccepted()

    assert asked(), "what was typed is the field's to take back"
    hand.qtbot.keyClick(field, Qt.Key.Key_Return)
    assert not asked()
    hand.window.menus.action("undo").trigger()
    assert [rule.value for rule in rules_in(hand)] == ["ping"]
    assert hand.text("server.rules_value") == "ping"


def test_the_trial_stands_below_the_buttons_without_a_gap(hand: Hand) -> None:
    """Room for what is wrong is kept behind it, where nothing has to move for that."""
    hand.choose("server.responder", "rules")
    add, trial = hand.find("server.rules_new"), hand.find("server.rules_try")
    assert trial.isVisible()

    def gap() -> int:
        def below(widget: QWidget, point: QPoint) -> int:
            return widget.mapTo(hand.window, point).y()

        return below(trial, QPoint()) - below(add, add.rect().bottomLeft())

    assert 0 < hand.at_rest(gap) < trial.height() // 2
