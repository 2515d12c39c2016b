"""Values of a scenario: given, taken from what came, and filled in where they stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.exported import ran
from tests.scenario.conftest import Play, reasons
from workbench.engine.model import commands as c
from workbench.engine.model.commands import Send, SetOption
from workbench.engine.model.responders.greet import Greet
from workbench.engine.model.responders.rules import Rules
from workbench.payload.templates import Value, hex_template
from workbench.scenario.code import to_python
from workbench.scenario.connections import RunConnection
from workbench.scenario.model import ScenarioProblem, parse
from workbench.scenario.named_values import Given
from workbench.scenario.steps import Expect, Perform
from workbench.scenario.taken_values import TakenValues
from workbench.scenario.write import to_toml
from workbench.texts import tr


def test_what_is_built_in_stands_in_a_reply_where_the_file_has_values() -> None:
    """And what is doubled or no such name is itself, as is everything in a file without values."""
    rules = """
    [endpoint.s]
    role = "listener"
    responder = { kind = "rules", rules = [
      { match = "any", reply = "{uuid} {n}" }, { match = "any", reply = "{n} {{uuid}} {x}" },
    ], else = { reply = "{time}" } }
    """

    def made(head: str) -> list[bool]:
        (endpoint,) = parse(head + rules).endpoints
        assert isinstance(endpoint.responder, Rules)
        assert endpoint.responder.otherwise is not None
        every = (*endpoint.responder.rules, endpoint.responder.otherwise)
        return [rule.placeholders for rule in every]

    assert made("[values]\nn = 1\n") == [True, True, True]
    assert made("") == [False, False, False]


@pytest.mark.parametrize(
    "responder",
    ['kind = "greet", text = "%s"', 'kind = "rules", greet = "%s", rules = []'],
)
def test_what_is_built_in_stands_in_a_greeting_too(play: Play, responder: str) -> None:
    said = "{word} {random:8} {{uuid}} {counter}\\r\\n"
    text = f"""
    step = [
      {{ do = "start", endpoint = "s" }},
      {{ do = "connect", endpoint = "c" }},
      {{ do = "expect", endpoint = "c", regex = '^hi (?P<first>\\w{{8}}) \\{{uuid\\}} 1\\r\\n' }},
      {{ do = "connect", endpoint = "d" }},
      {{ do = "expect", endpoint = "d", regex = '^hi (?!{{first}})\\w{{8}} ' }},
    ]
    endpoint.c = "@s"
    endpoint.d = "@s"
    [values]
    word = "hi"
    [endpoint.s]
    role = "listener"
    address = "127.0.0.1:0"
    responder = {{ {responder % said} }}
    """
    report = play(text)
    assert report.ok, reasons(report)


def test_the_counter_is_1_where_nothing_is_repeated(play: Play) -> None:
    """And in a repeated send it counts, whatever was sent before."""
    text = """
    step = [
      { do = "start", endpoint = "s" },
      { do = "connect", endpoint = "c" },
      { do = "loop", times = 2, step = [
        { do = "send", endpoint = "c", text = "{counter}" },
        { do = "send", endpoint = "c", hex = '{counter} u8(counter)', append_hex = "{counter}" },
        { do = "send", endpoint = "c", json = { n = "{counter}" } },
      ] },
      { do = "send", endpoint = "c", text = "{counter};{word}", repeat = 2 },
      { do = "expect", endpoint = "s", regex = '^(11\\x011\\{"n":1\\}){2}1;x2;x$' },
    ]
    endpoint.c = "@s"
    [values]
    word = "x"
    [endpoint.s]
    role = "listener"
    address = "127.0.0.1:0"
    """
    report = play(text)
    assert report.ok, reasons(report)


HEAD = """
step = [
%s
]
[values]
host = "127.0.0.1"
size = 3
wait = 30.5
word = "%s"
[endpoint.server]
role = "listener"
address = "{host}:0"
responder = %s
[endpoint.client]
role = "stream"
address = "@server"
"""
RULES = (
    '{ kind = "rules", rules = ['
    r'{ match = "regex", value = "GET (?P<key>\\w+)", reply = "{key} {size} {{size}} 41\r\n" },'
    ' { match = "hex", value = "ff {id:2}", reply_hex = "fe {id} {word} u16(size)" },'
    r' { match = "any", reply = "{{nothing}} {unknown}\r\n" } ] }'
)
SECOND = """[endpoint.second]
role = "stream"
address = "{host}:{hi*256+lo}"
"""
OPEN = """ { do = "start", endpoint = "server" },
 { do = "connect", endpoint = "client" },
"""


def talk(*steps: str, word: str = "a.b") -> str:
    return HEAD % (OPEN + "".join(f" {{ {step} }},\n" for step in steps), word, RULES)


def client(do: str, text: str) -> str:
    return f'do = "{do}", endpoint = "client", {text}'


def test_what_was_taken_goes_into_the_next_send(play: Play) -> None:
    report = play(
        talk(
            client("send", "text = 'GET a'"),
            client("expect", r"regex = 'a 3 \{size\} (?P<cas>\d+)\r\n', within = 30"),
            client("send", "text = 'cas {cas} {cas+1} {{cas}} {other}'"),
            'do = "expect", endpoint = "server", text = "GET acas {cas} 42 {{cas}} {other}"',
        )
    )
    assert report.ok, reasons(report)


@pytest.mark.parametrize(
    ("said", "more", "comes"),
    [
        ("<{{word}}>", "", "<{word}>"),
        ("{{word}}{counter};", ", repeat = 2", "{word}1;{word}2;"),
        ("{{word}} {{counter}}", "", "{word} {counter}"),
        ("{{word}}", ", repeat = 2", "{word}{word}"),
    ],
)
def test_in_two_braces_it_is_its_name_also_where_nothing_else_is_filled_in(
    play: Play, said: str, more: str, comes: str
) -> None:
    awaited = comes.replace("{", "{{").replace("}", "}}")
    report = play(
        talk(
            client("send", f"text = '{said}'{more}"),
            f'do = "expect", endpoint = "server", text = "{awaited}"',
        )
    )
    assert report.ok, reasons(report)


def test_bytes_are_taken_and_counted(play: Play) -> None:
    report = play(
        talk(
            client("send", "hex = 'ff 01 02'"),
            client("expect", "hex = 'fe {id:2} {word} 00 03'"),
            client("send", "hex = '{id} u16[{id} \"{x}\"] u8(size)'"),
            'do = "expect", endpoint = "server", hex = "ff 01 02 {id} 00 05 {id} 7b 78 7d 03"',
        )
    )
    assert report.ok, reasons(report)


def test_a_taken_value_is_quoted_in_a_pattern(play: Play) -> None:
    report = play(
        talk(
            client("send", "text = 'GET a'"),
            'do = "expect", endpoint = "server", regex = "{word}", absent = true, within = 0.2',
            client("send", "text = '{word}'"),
            'do = "expect", endpoint = "server", regex = "{word}$"',
            word="E.",
        )
    )
    assert report.ok, report  # "E." is no "ET"


def test_where_to_connect_is_taken(play: Play) -> None:
    report = play(
        talk(
            client("send", "hex = 'u16(server.port)'"),
            'do = "expect", endpoint = "server", hex = "{hi:1} {lo:1}"',
            'do = "connect", endpoint = "second"',
            'do = "send", endpoint = "second", text = "GET b"',
            'do = "expect", endpoint = "second", contains = "b 3"',
        )
        + SECOND
    )
    assert report.ok, reasons(report)


def test_a_value_is_of_its_connection_and_of_others_the_newest() -> None:
    scenario = parse(talk(client("expect", r"regex = '(?P<id>\d)'")))
    values = TakenValues(scenario, lambda _name: "")
    for number in (1, 2):
        came_on = RunConnection("client", number, number, stream=True)
        values.take([(came_on, (("id", Value(str(number).encode())),))])
    targets: tuple[tuple[c.Target, str], ...] = ((1, "1"), (2, "2"), (None, "2"), ("all", "2"))
    for target, text in targets:
        send = Perform(Send("client", text="{id}", connection=target))
        filled = values.filled(send, lambda _name: "utf-8")
        assert isinstance(filled, Perform)
        assert filled.command == Send("client", text=text, connection=target)


def test_a_brace_that_was_taken_is_a_brace() -> None:
    scenario = parse(talk(client("expect", r"regex = '(?P<id>.+)'")))
    values = TakenValues(scenario, lambda _name: "")
    came_on = RunConnection("client", 1, 1, stream=True)
    values.take([(came_on, (("id", Value(b"{counter}")),))])
    filled = values.filled(Perform(Send("client", text="<{id}>")), lambda _name: "utf-8")
    assert isinstance(filled, Perform)
    assert filled.command == Send("client", hex=b"<{counter}>".hex())


def test_a_value_that_nobody_has_taken_is_said(play: Play) -> None:
    early = 'do = "connect", endpoint = "second"'
    report = play(talk(early, client("expect", "hex = '{hi:1} {lo:1}'")) + SECOND)
    assert not report.ok
    assert "hi" in str(report.steps[-1].reason)


def test_values_stand_where_numbers_are_wanted() -> None:
    made = parse(
        talk(
            client("expect", "text = 'x', within = '{wait}', count = '{size}', size = '{word}'"),
            word="7",
        )
    )
    expect = made.steps[-1]
    assert isinstance(expect, Expect)
    assert (expect.within, expect.count, expect.size) == (30.5, 3, 7)
    assert made.endpoints[0].address == "127.0.0.1:0"


def test_what_is_counted_stands_where_numbers_are_wanted() -> None:
    counted = "reading = 'unread', least = '{size*size+1}', within = '{size-1}'"
    expect = parse(talk(client("expect", counted), word="7")).steps[-1]
    assert isinstance(expect, Expect)
    assert (expect.least, expect.within) == (10, 2)


def test_given_ones_take_the_place_of_those_of_the_file() -> None:
    made = parse(talk(), given=Given({"host": "127.0.0.9", "size": "4"}))
    assert made.endpoints[0].address == "127.0.0.9:0"
    assert made.values["size"] == 4  # a number in the file, so one here


def test_it_is_written_as_it_was_read() -> None:
    made = parse(
        talk(
            client("send", "text = 'GET {word} {{word}}'"),
            client("expect", r"regex = '(?P<cas>\d+)'"),
            client("send", "hex = '{cas} u16[00]'"),
        )
    )
    assert parse(to_toml(made)) == made


def test_braces_are_braces_where_a_file_has_no_values() -> None:
    made = parse(
        'step = [{ do = "send", endpoint = "c", text = "{x} {{x}}" }]\n'
        '[endpoint.c]\nrole = "stream"\naddress = "127.0.0.1:1"\n'
    )
    step = made.steps[0]
    assert not made.names
    assert isinstance(step, Perform)
    assert step.command.text == "{x} {{x}}"  # type: ignore[union-attr]


def test_a_variable_of_the_environment_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    text = '[values]\nname = { env = "WORKBENCH_TEST" }\n'
    monkeypatch.setenv("WORKBENCH_TEST", "here")
    with pytest.raises(ScenarioProblem, match="--env WORKBENCH_TEST"):
        parse(text)
    made = parse(text, given=Given(environment=["WORKBENCH_TEST"]))
    assert made.values == {"name": "here"}
    monkeypatch.delenv("WORKBENCH_TEST")
    with pytest.raises(ScenarioProblem, match="has no variable"):
        parse(text, given=Given(environment=["WORKBENCH_TEST"]))


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ("a-b = 1", "letters"),
        ("time = 1", "something of its own"),
        ("a = true", "text in quotes"),
        ("a = { evn = 'x' }", "env"),
        ("a = [1]", "text in quotes"),
    ],
)
def test_what_cannot_be_a_value(values: str, named: str) -> None:
    with pytest.raises(ScenarioProblem) as caught:
        parse(f"[values]\n{values}\n")
    assert named in str(caught.value)
    assert caught.value.line == 2


def test_a_value_that_is_given_and_not_there() -> None:
    with pytest.raises(ScenarioProblem, match="hosst"):
        parse('[values]\nhost = "a"\n', given=Given({"hosst": "b"}))


def test_a_plain_script_has_what_is_known_and_takes_the_rest() -> None:
    code = to_python(
        parse(
            talk(
                client("send", "text = '{word} {{word}}'"),
                client("expect", r"regex = '(?P<hi>.)(?P<lo>.)'"),
                client("send", "text = 'taken {hi}'"),
                'do = "connect", endpoint = "second"',
            )
            + SECOND
        )
    )
    compile(code, "script", "exec")
    assert "a.b {word}" in code
    assert tr("scenario.not_in_code") not in code
    assert "second.connect(address_of(" in code  # what a step takes is known to a run alone
    assert "client.sendall('taken '.encode('utf-8') + value('hi'))" in code


def test_what_ends_a_loop_may_be_a_value(play: Play) -> None:
    loop = """
[[loop]]
times = 5_000
pause = 0.01
must = true
until = { endpoint = "server", contains = "{word}" }
[[loop.step]]
do = "send"
endpoint = "client"
text = "{word}"
"""
    report = play(talk(word="over") + loop)
    assert report.ok, reasons(report)


def test_what_is_made_of_a_value_can_be_expected(play: Play) -> None:
    report = play(
        talk(
            client("send", "text = '{len:word} {base64:word}'"),
            'do = "expect", endpoint = "server", text = "{len:word} {base64:word}", keep = true',
            'do = "expect", endpoint = "server", text = "4 b3Zlcg=="',
            word="over",
        )
    )
    assert report.ok, reasons(report)


def test_values_stand_in_each_form_of_an_endpoint() -> None:
    rule = "{ match = 'MATCH', value = 'VALUE', reply_hex = '{word}' }"
    of_each = ", ".join(
        rule.replace("MATCH", match).replace("VALUE", value)
        for match, value in (("regex", "x{word}{2}"), ("hex", "00 {word}"), ("exact", "{word}"))
    )
    made = parse(
        "[values]\nword = 'a.b'\n"
        "[endpoint.s]\nrole = 'listener'\nresponder = { kind = 'greet', text = 'hi {word}' }\n"
        "[endpoint.r]\nrole = 'listener'\nresponder = "
        f"{{ kind = 'rules', greet = '{{word}}', rules = [{of_each}] }}\n"
    )
    greet, rules = (item.responder for item in made.endpoints)
    assert isinstance(greet, Greet)
    assert greet.text == "hi a.b"
    assert isinstance(rules, Rules)
    assert rules.greet == "a.b"
    assert [rule.value for rule in rules.rules] == [r"xa\.b{2}", "00 612e62", "a.b"]
    assert {rule.reply_hex for rule in rules.rules} == {"612e62"}


def test_an_address_waits_anew_for_each_connection() -> None:
    scenario = parse(talk(client("expect", "hex = '{hi:1} {lo:1}'")) + SECOND)
    values = TakenValues(scenario, lambda _name: "")
    settings = next(item for item in scenario.endpoints if item.name == "second")
    came_on = RunConnection("client", 1, 1, stream=True)
    for port in (258, 772):
        high, low = (Value(bytes([part]), hexed=True) for part in divmod(port, 256))
        values.take([(came_on, (("hi", high), ("lo", low)))])
        settings = values.settings(settings)
        assert settings.address == f"127.0.0.1:{port}"


def test_what_is_made_in_a_value_is_made_once_for_the_run(play: Play) -> None:
    text = """
    step = [
      { do = "start", endpoint = "s" },
      { do = "connect", endpoint = "c" },
      { do = "send", endpoint = "c", text = "{id} {line} {counter}\\n" },
      { do = "expect", endpoint = "c", text = "{id} {line} {counter}\\n" },
      { do = "send", endpoint = "c", text = "{id} {line} {time}\\n" },
      { do = "expect", endpoint = "c", regex = '^{id} {line} 20' },
    ]
    endpoint.c = "@s"
    [values]
    id = "{uuid}"
    line = "{random:6}-{id} {{uuid}}"
    [endpoint.s]
    role = "listener"
    address = "127.0.0.1:0"
    responder = { kind = "echo" }
    """
    report = play(text)
    assert report.ok, reasons(report)
    made = parse(text)
    assert len(str(made.values["id"])) == 36
    assert str(made.values["line"]).endswith("{uuid}")
    again = parse(to_toml(made))
    assert again.values == made.values
    other = parse(text, given=Given(values={"id": "{uuid}"}))
    assert other.values["id"] == "{uuid}"  # what is given is a text


def test_a_client_of_a_server_has_its_family() -> None:
    def families(client: str, server: str = '"[::1]:0"') -> list[str]:
        text = f'{client}\n[endpoint.s]\nrole = "listener"\naddress = {server}\n'
        made = parse(text)
        assert parse(to_toml(made)) == made
        return [item.family for item in made.endpoints]

    assert families('endpoint.c = "@s"') == ["AF_INET6", "AF_INET6"]
    assert families('endpoint.c = { address = "@s" }') == ["AF_INET6", "AF_INET6"]
    assert families('endpoint.c = { address = "@s", bind = "127.0.0.1:0" }')[0] == "AF_INET"
    assert families('endpoint.c = { address = "@s", family = "AF_INET" }')[0] == "AF_INET"
    assert families('endpoint.c = "@s"', '"127.0.0.1:0"')[0] == "AF_INET"


PATTERNED = """
placeholders = true
step = [
  { do = "start", endpoint = "s" },
  { do = "connect", endpoint = "c" },
  { do = "send", endpoint = "c", text = "word=a.bc\\n3 4 YS5iYw== 1\\n" },
  { do = "expect", endpoint = "c", regex = 'word=(?P<word>[^\\n]+)\\n' },
  { do = "expect", endpoint = "c", regex = '^3 {len:word} {base64:word} {counter}\\n' },
]
endpoint.c = "@s"
[endpoint.s]
role = "listener"
address = "127.0.0.1:0"
responder = { kind = "echo" }
"""


def test_what_is_made_of_a_value_stands_in_a_pattern(play: Play, tmp_path: Path) -> None:
    report = play(PATTERNED)
    assert report.ok, reasons(report)
    code = to_python(parse(PATTERNED))
    assert "workbench.testing" not in code
    done = ran(code, tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("wanted", ["hex = '02 ??'", "text = 'b'", "hex = '02'"])
def test_what_stands_inside_of_a_message_is_told_how_to_ask_for(play: Play, wanted: str) -> None:
    report = play(f"""
    step = [
      {{ do = "start", endpoint = "s" }},
      {{ do = "connect", endpoint = "c" }},
      {{ do = "send", endpoint = "c", hex = '01 02 62 03 04' }},
      {{ do = "expect", endpoint = "s", {wanted}, within = 0.1 }},
    ]
    endpoint.c = {{ role = "datagram", address = "@s" }}
    endpoint.s = {{ role = "datagram", address = "127.0.0.1:0" }}
    """)
    (reason,) = reasons(report)
    assert "`contains` looks inside it" in reason


def test_a_full_buffer_is_asked_of_the_kernel(play: Play) -> None:
    """Who waits for EAGAIN is told so: the engine sends when there is room."""
    said = """
    step = [
      { do = "start", endpoint = "s" },
      { do = "connect", endpoint = "c" },
      { do = "pause", endpoint = "s", gate = "receive" },
      { do = "send", endpoint = "c", text = "0123456789", repeat = 1000, wait = false },
      { do = "expect", endpoint = "c", call = "send", errno = "EAGAIN", within = 0.1 },
    ]
    endpoint.c = "@s"
    [endpoint.s]
    role = "listener"
    address = "127.0.0.1:0"
    """
    (reason,) = reasons(play(said))
    assert 'reading = "unsent", least = 1' in reason


@pytest.mark.parametrize("made", ["{random_bytes:2}", "x{ntp}"])
def test_a_value_is_text_and_not_made_of_bytes(made: str) -> None:
    """It went out as it is written, and an expectation of the same letters held."""
    head = f'[values]\nid = "{made}"\n[endpoint.c]\naddress = "127.0.0.1:1"\n'
    with pytest.raises(ScenarioProblem, match=r"2: A value is text: `\{random_bytes:8\}`"):
        parse(head)
    assert parse(head.replace("{", "{{").replace("}", "}}")).values["id"] == made


def test_a_regex_counts_with_values(play: Play) -> None:
    report = play("""
title = "counted"
step = [
  { do = "start", endpoint = "s" },
  { do = "connect", endpoint = "c" },
  { do = "send", endpoint = "c", text = "7 a{2,3} 8" },
  { do = "expect", endpoint = "c", regex = '^{n+1} a.{3,5} {n*2-4}$' },
]
endpoint.c = "@s"
[values]
n = 6
[endpoint.s]
role = "listener"
address = "127.0.0.1:0"
responder = { kind = "echo" }
""")
    assert report.ok, reasons(report)


def test_a_reply_of_hex_counts_values_and_leaves_what_stands_in_quotes() -> None:
    said = (
        '{ match = "any", reply_hex = \'u16(len:body) u8(n*2+1) {body} "{body}" {base64:body}\' }'
    )
    text = f"""
    [values]
    body = "abc"
    n = 3
    [endpoint.s]
    role = "listener"
    responder = {{ kind = "rules", rules = [ {said} ] }}
    """
    (endpoint,) = parse(text).endpoints
    assert isinstance(endpoint.responder, Rules)
    (rule,) = endpoint.responder.rules
    made = hex_template(rule.reply_hex, (), "utf-8").fixed
    assert made == b"\x00\x03\x07abc{body}YWJj"


def test_what_is_given_to_a_file_without_values_is_told_so() -> None:
    given = Given(values={"folder": "x"})
    with pytest.raises(ScenarioProblem, match="no values at all"):
        parse('step = [ { do = "note", text = "a" } ]', given=given)
    with pytest.raises(ScenarioProblem, match="Did you mean user"):
        parse("[[case]]\nuser = 'x'\n[[step]]\ndo = 'note'\ntext = 'a'\n", given=given)


LENGTHS = """
step = [
 { do = "start", endpoint = "s" },
 { do = "connect", endpoint = "c" },
 { do = "send", endpoint = "c", text = "A abc\\n" },
 { do = "expect", endpoint = "c", text = "${len:val} 3 YWJj\\n" },
 { do = "send", endpoint = "c", text = "B abc\\n" },
 { do = "expect", endpoint = "c", text = "5 aGVsbG8= hello\\n" },
]
[values]
stored = "hello"
[endpoint.s]
role = "listener"
address = "127.0.0.1:0"
responder = { kind = "rules", rules = [
 { match = "regex", value = 'A (?P<val>\\w+)', reply = "${{len:val}} {len:val} {base64:val}\\n" },
 { match = "regex", value = 'B', reply = "{len:stored} {base64:stored} {stored}\\n" } ] }
[endpoint.c]
address = "@s"
"""


def test_a_reply_of_text_says_how_long_a_value_is(play: Play, tmp_path: Path) -> None:
    report = play(LENGTHS)
    assert report.ok, reasons(report)
    script = to_python(parse(LENGTHS))
    assert ran(script, tmp_path).returncode == 0
    assert "{len:stored}" not in script


OWN = (
    'step = [ { do = "start", endpoint = "server" }, { do = "connect", endpoint = "client" },\n'
    '{ do = "send", endpoint = "client", text = "a{counter} ", placeholders = true },\n'
    '{ do = "send", endpoint = "client", text = "b{counter} ", placeholders = true },\n'
    """{ do = "send", endpoint = "client", hex = '"c" {counter} 20' },\n"""
    '{ do = "send", endpoint = "client", text = "{counter} ", placeholders = true, '
    "repeat = 2 },\n"
    '{ do = "expect", endpoint = "server", text = "a1 b1 c1 1 2 " },\n'
    '{ do = "send", endpoint = "client", text = "{server.port}", placeholders = true },\n'
    '{ do = "expect", endpoint = "server", regex = \'^[1-9][0-9]+\' },\n]\n'
    'endpoint.client = "@server"\n'
    '[endpoint.server]\nrole = "listener"\naddress = "127.0.0.1:0"\n'
)


def test_a_single_send_counts_from_1_in_a_file_without_values_too(play: Play) -> None:
    report = play(OWN)
    assert report.ok, reasons(report)


def test_the_line_of_a_step_shows_addresses_and_its_name_stays(play: Play) -> None:
    report = play(
        'step = [ { do = "start" }, { do = "note", text = "at {s.port}" } ]\n'
        '[values]\nx = 1\n[endpoint.s]\nrole = "listener"\naddress = "127.0.0.1:0"\n'
    )
    noted = report.steps[1]
    assert "at {s.port}" in noted.name
    assert "{" not in noted.line
    assert noted.line.startswith("note(text='at ")


def test_a_script_fills_in_what_a_send_of_a_file_without_values_does(tmp_path: Path) -> None:
    code = to_python(parse(OWN))
    assert code.count("value('server.port')") == 1
    done = ran(code, tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("value", ["publ\\", "\\u", "\\1", "\\g<0>", "(a)"])
def test_a_backslash_of_a_value_stands_in_hex_as_it_is(value: str) -> None:
    made = parse(
        f"[values]\ncommunity = '{value}'\n[endpoint.s]\nrole = \"listener\"\n"
        'address = "127.0.0.1:0"\nresponder = { kind = "rules", rules = [\n'
        '  { match = "any", reply_hex = "04 ber[{community}]" } ] }\n'
    )
    rules = made.endpoints[0].responder
    assert isinstance(rules, Rules)
    assert rules.rules[0].reply_hex == f"04 ber[{value.encode().hex()}]"


def test_a_value_is_the_number_of_a_socket_option() -> None:
    made = parse(
        """step = [{ do = "set", option = "TCP_NODELAY", value = "{on}" }]
[values]
size = 65536
on = "1"
[endpoint.c]
address = "127.0.0.1:9"
options = { SO_RCVBUF = "{size}", SO_BINDTODEVICE = "{dev}" }
""".replace('on = "1"', 'on = "1"\ndev = "lo"')
    )
    assert made.endpoints[0].options == (("SO_RCVBUF", 65536), ("SO_BINDTODEVICE", "lo"))
    (step,) = made.steps
    assert isinstance(step, Perform)
    assert step.command == SetOption("c", "TCP_NODELAY", 1)
