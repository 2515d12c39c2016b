"""Rules that remember, over real sockets: values of a connection, and of all of a server's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.exported import ran
from tests.scenario.conftest import Play, reasons
from workbench.engine.model.serialize import settings_from_json, settings_json
from workbench.journal.notes import note_text
from workbench.journal.reader import Row
from workbench.scenario.code import of_plain_sockets, to_python
from workbench.scenario.model import ScenarioProblem, parse
from workbench.scenario.write import to_toml
from workbench.texts import Problem

SHOP = """
step = [
  { do = "start", endpoint = "server" },
  { do = "connect", endpoint = "one" },
  { do = "connect", endpoint = "two" },
  { do = "send", endpoint = "one", text = "WHO\\n" },
  { do = "expect", endpoint = "one", text = "nobody of 127.0.0.1:{server.port}", next = true },
  { do = "send", endpoint = "one", text = "LOGIN ann\\n" },
  { do = "expect", endpoint = "one", regex = 'token (?P<token>\\w{12})', next = true },
  { do = "send", endpoint = "two", text = "LOGIN bob\\n" },
  { do = "expect", endpoint = "two", contains = "token ", next = true },
  { do = "send", endpoint = "two", text = "SHOW {token}\\n" },
  { do = "expect", endpoint = "two", text = "ann", next = true },
  { do = "send", endpoint = "one", text = "WHO\\n" },
  { do = "expect", endpoint = "one", text = "ann is 2", next = true },
  { do = "send", endpoint = "two", text = "OUT {token}\\n" },
  { do = "expect", endpoint = "two", text = "bye ann", next = true },
  { do = "send", endpoint = "one", text = "SHOW {token}\\n" },
  { do = "expect", endpoint = "one", text = "401", next = true },
]
endpoint.one.address = "@server"
endpoint.one.messages.ends = "\\n"
endpoint.two.address = "@server"
endpoint.two.messages.ends = "\\n"

[values]
shop = "shop"

[endpoint.server]
role = "listener"
address = "127.0.0.1:0"
messages = { ends = "\\n" }
responder.kind = "rules"
responder.keep = { asked = 0 }
responder.store = { "{shop}:ann" = "yes", "{shop}:bob" = "yes" }
responder.rules = [
  { match = "regex", value = 'LOGIN (?P<name>\\w+)', recall = { known = "{shop}:{name}" }, \
keep = { name = "{name}", token = "{random:12}" }, store = { "{shop}/{token}" = "{name}" }, \
reply = "token {token}", wrap = true },
  { match = "regex", value = 'SHOW (?P<given>\\w+)', recall = { owner = "{shop}/{given}" }, \
reply = "{owner}", wrap = true },
  { match = "regex", value = 'OUT (?P<given>\\w+)', recall = { owner = "{shop}/{given}" }, \
forget = ["{shop}/{given}"], reply = "bye {owner}", wrap = true },
  { match = "exact", value = "WHO", keep = { asked = "{asked+1}" }, reply = "{name} is {asked}", \
wrap = true },
  { match = "exact", value = "WHO", keep = { asked = "{asked+1}" }, \
reply = "nobody of {server.address}:{server.port}", wrap = true },
]
responder.else = { reply = "401", wrap = true }
"""


def test_two_connections_share_what_is_stored_and_keep_what_is_theirs(play: Play) -> None:
    report = play(SHOP)
    assert report.ok, reasons(report)


def test_it_is_the_same_when_it_is_written_and_read_again(play: Play) -> None:
    scenario = parse(SHOP)
    assert scenario.warnings == ()
    again = parse(to_toml(scenario))
    assert again.endpoints == scenario.endpoints
    server = scenario.endpoints[-1]
    assert settings_from_json(settings_json(server)) == server
    report = play(to_toml(scenario))
    assert report.ok, reasons(report)


def test_a_script_of_it_runs_by_itself(tmp_path: Path) -> None:
    done = ran(to_python(parse(SHOP)), tmp_path)
    assert done.returncode == 0, done.stderr


PAIR = """
step = [
  { do = "start", endpoint = "server" },
  { do = "connect", endpoint = "client" },
  { do = "send", endpoint = "client", text = "GET k" },
  { do = "expect", endpoint = "client", text = "v", within = 0.2 },
]
endpoint.client = "@server"
[endpoint.server]
role = "listener"
address = "127.0.0.1:0"
responder = { kind = "rules", rules = [ { %s, reply = "v" } ] }
"""


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (
            """match = "regex", value = 'GET (?P<k>.)', recall = { v = "key {k}" }""",
            'Rule 1 would fit, but nothing is stored under "key k", so it was passed over.',
        ),
        (
            """match = "any", keep = { n = "{n+1}" }""",
            "Rule 1 would fit, but the connection has not kept {n} yet, so it was passed over.",
        ),
        (
            """match = "regex", value = 'GET (?P<n>.)', keep = { m = "{n+1}" }""",
            "Rule 1 fits and could not make its reply: {reason}",
        ),
    ],
)
def test_what_is_missing_is_said(
    rule: str, told: str, play: Play, rows: Callable[[], list[Row]]
) -> None:
    report = play(PAIR % rule)
    assert not report.ok
    told = told.replace("{reason}", Problem("template.no_number", name="n").text)
    assert f"At server: {told[:-1]} (row " in reasons(report)[0]
    assert told in [note_text(row) for row in rows() if row.kind == "note"]


@pytest.mark.parametrize(
    ("rule", "named", "line"),
    [
        ('match = "any", keep = { "a b" = "1" }', "a b", 12),
        ('match = "any", keep = { counter = "1" }', "counter", 12),
        ('match = "any", keep = { a = true }', "in quotes or a number", 12),
        ('match = "any", store = { "{k}" = "1" }', "{k} is no value", 12),
        ('match = "any", forget = [ 1 ]', "text", 12),
        ('match = "any", recal = { a = "b" }', "recall", 12),
    ],
)
def test_what_cannot_be_is_refused_where_it_stands(rule: str, named: str, line: int) -> None:
    with pytest.raises(ScenarioProblem) as caught:
        parse(PAIR % rule)
    assert named in str(caught.value)
    assert caught.value.line == line


ENDS = """
placeholders = true
step = [
  { do = "start", endpoint = "server" },
  { do = "connect", endpoint = "client" },
  { do = "expect", endpoint = "client", text = "on {server.port}", next = true },
  { do = "send", endpoint = "client", text = "?\\n" },
  { do = "expect", endpoint = "client", hex = '"at " u16(server.port)', next = true },
]
[endpoint.client]
address = "@server"
messages = { ends = "\\n" }
[endpoint.server]
role = "listener"
address = "127.0.0.1:0"
responder = { kind = "rules", greet = "on {server.port}\\n", rules = [
  { reply_hex = '"at " u16(server.port) 0a' } ] }
"""


def test_a_reply_and_a_greeting_name_the_port_of_an_endpoint(play: Play) -> None:
    scenario = parse(ENDS)
    assert scenario.warnings == ()
    report = play(ENDS)
    assert report.ok, reasons(report)
    again = play(to_toml(scenario))
    assert again.ok, reasons(again)


def test_a_script_names_it_as_well(tmp_path: Path) -> None:
    done = ran(to_python(parse(ENDS)), tmp_path)
    assert done.returncode == 0, done.stderr


def test_plain_sockets_answer_with_addresses_too() -> None:
    text = ENDS.replace("reply_hex = '", 'reply = "{server.port} {no.port}" }, { reply_hex = \'')
    code = of_plain_sockets(parse(text))
    assert "left out" not in code
    assert code.count("value('server.port')") == 3
    assert "number('server.port')" in code
    assert "value('no.port')" not in code


SHADOW = (
    SHOP[: SHOP.index("step = [")]
    + """
step = [
  { do = "start", endpoint = "server" },
  { do = "connect", endpoint = "client" },
  { do = "send", endpoint = "client", text = "LOGIN ann\\n" },
  { do = "expect", endpoint = "client", text = "hi ann of bob", next = true },
  { do = "send", endpoint = "client", text = "WHO\\n" },
  { do = "expect", endpoint = "client", text = "ann, bob, bob", next = true },
]
endpoint.client = "@server"
[values]
name = "bob"
boss = "bob"
[endpoint.server]
role = "listener"
address = "127.0.0.1:0"
messages = { ends = "\\n" }
responder = { kind = "rules", keep = { greeted = "{name}" }, rules = [
  { match = "regex", value = 'LOGIN (?P<name>\\w+)', keep = { user = "{name}" }, \
reply = "hi {name} of {boss}" },
  { match = "exact", value = "WHO", reply = "{user}, {greeted}, {name}" } ] }
"""
)


def test_what_a_rule_takes_goes_before_a_value_of_the_file(play: Play) -> None:
    report = play(SHADOW)
    assert report.ok, reasons(report)
    scenario = parse(SHADOW)
    assert scenario.warnings == ()
    assert parse(to_toml(scenario)).endpoints == scenario.endpoints
    again = play(to_toml(scenario))
    assert again.ok, reasons(again)


def test_a_client_has_no_address_of_its_own_to_be_named(play: Play) -> None:
    text = ENDS.replace('text = "?\\n" }', 'text = "{client.port}" }')
    assert text != ENDS
    report = play(text)
    assert "{server.port} is the one that it connects to" in reasons(report)[0]


KEEPS_ON = """
step = [
  { do = "start", endpoint = "server" },
  { do = "connect", endpoint = "client" },
  { do = "send", endpoint = "client", text = "S ann" },
  { do = "expect", endpoint = "client", text = "ok", next = true },
  { do = "configure", endpoint = "server", timeout = 3.0 },
  { do = "close", endpoint = "client" },
  { do = "connect", endpoint = "client" },
  { do = "send", endpoint = "client", text = "G" },
  { do = "expect", endpoint = "client", text = "ann", next = true },
  { do = "stop", endpoint = "server" },
  { do = "start", endpoint = "server" },
  { do = "connect", endpoint = "client" },
  { do = "send", endpoint = "client", text = "G" },
  { do = "expect", endpoint = "client", text = "gone", next = true },
]
endpoint.client = "@server"
[endpoint.server]
role = "listener"
address = "127.0.0.1:0"
responder.kind = "rules"
responder.rules = [
  { match = "regex", value = 'S (?P<x>.+)', store = { a = "{x}" }, reply = "ok" },
  { recall = { y = "a" }, reply = "{y}" },
]
responder.else = { reply = "gone" }
"""


def test_what_is_stored_stays_while_the_rules_do(play: Play) -> None:
    report = play(KEEPS_ON)
    assert report.ok, reasons(report)
