"""Messages in a stream, as a scenario says where they end and expects them."""

from __future__ import annotations

import pytest

from tests.scenario.conftest import PAIR, Play
from workbench.engine.model.message_ends import Delimiter, Http, LengthField
from workbench.scenario.code import of_plain_sockets
from workbench.scenario.model import ScenarioProblem, parse
from workbench.scenario.write import to_toml
from workbench.texts import Problem

LINES = 'messages = { ends = "\\r\\n" }\n'
OPEN = """
[[step]]
do = "start"
endpoint = "server"
[[step]]
do = "connect"
endpoint = "client"
"""


def divided(server: str = LINES, client: str = LINES) -> str:
    """A server and a client that divide what they read, connected."""
    return PAIR.replace("[endpoint.client]", f"{server}[endpoint.client]") + client + OPEN


def step(do: str, endpoint: str, **keys: object) -> str:
    text = f'[[step]]\ndo = "{do}"\nendpoint = "{endpoint}"\n'
    for key, value in keys.items():
        shown = str(value).lower() if isinstance(value, bool | int | float) else f"'{value}'"
        text += f"{key} = {shown}\n"
    return text


def send(text: str) -> str:
    return f'[[step]]\ndo = "send"\nendpoint = "client"\ntext = "{text}"\n'


WRAPPED = "match = 'exact', value = 'a', reply = 'b', wrap = true"
RULES = (
    'responder = { kind = "rules", rules = ['
    '{ match = "exact", value = "PING", reply = "PONG", wrap = true },'
    '{ match = "exact", value = "PONG?", reply = "no", wrap = true } ] }\n'
)


def test_each_message_is_answered_and_expected(play: Play) -> None:
    report = play(
        divided(LINES + RULES)
        + send("PING\\r\\nPONG?\\r\\nPI")
        + send("NG\\r\\n")
        + step("expect", "client", text="PONG")
        + step("expect", "client", text="no")
        + step("expect", "client", text="PONG")
    )
    assert report.ok, report


def test_the_oldest_that_fits_those_before_are_passed_over(play: Play) -> None:
    report = play(
        divided()
        + send("hello\\r\\n250-a\\r\\n250 b\\r\\nlast\\r\\n")
        + step("expect", "server", regex="250 .")
        + step("expect", "server", text="last")
    )
    assert report.ok, report
    assert str(report.steps[-2].said) == str(Problem("scenario.passed_rows", rows=2))
    assert report.steps[-1].said is None


def test_a_message_is_compared_whole(play: Play) -> None:
    report = play(divided() + send("hello there\\r\\n") + step("expect", "server", text="hello"))
    assert not report.ok
    assert '" there"' in str(report.steps[-1].reason)  # what there is beyond the text


def test_the_reads_of_the_kernel_are_still_there(play: Play) -> None:
    report = play(
        divided()
        + send("a\\r\\nb\\r\\n")
        + step("expect", "server", call="recv", hex="61 0d 0a 62 0d 0a")
    )
    assert report.ok, report


def test_a_message_that_one_call_read_has_its_bytes(play: Play) -> None:
    of_length = 'messages = { length = "u8" }\n'
    report = play(
        divided(of_length, of_length)
        + "[[step]]\ndo = 'send'\nendpoint = 'client'\ntext = 'abc'\nwrap = true\n"
        + step("expect", "server", hex="03 61 62 63")
    )
    assert report.ok, report


def test_a_long_message_is_compared_beyond_what_the_record_keeps(play: Play) -> None:
    long = "x" * 9000
    report = play(
        "capture = 16\n" + divided() + send(f"{long}\\r\\n") + step("expect", "server", text=long)
    )
    assert report.ok, report


def test_a_fault_can_be_expected(play: Play) -> None:
    report = play(
        divided('messages = { ends = "\\n", max = 3 }\n')
        + send("too long")
        + step("expect", "server", kind="layer", errno="MESSAGES_TOO_LONG")
    )
    assert report.ok, report


@pytest.mark.parametrize(
    ("key", "made"),
    [
        ('messages = { ends = "\\r\\n" }', Delimiter("\r\n")),
        ('messages = { ends_hex = "1e", max = 10 }', Delimiter(ends_hex="1e", max=10)),
        ('messages = { length = "u16" }', LengthField("u16")),
        ('messages = { length = "var7", at = 1 }', LengthField("var7", 1)),
        ('messages = "http"', Http()),
        ('messages = "none"', None),
    ],
)
def test_it_is_written_as_it_was_read(key: str, made: object) -> None:
    scenario = parse(PAIR + key + "\n")
    assert scenario.endpoints[1].messages == made
    assert parse(to_toml(scenario)) == scenario


def test_a_plain_script_has_them_too_and_says_which_it_has_not() -> None:
    code = of_plain_sockets(parse(divided(server="messages = { idle = 0.05 }\n") + send("a")))
    assert r"Divider(EndsFramer(b'\r\n', " in code
    assert "plain script: messages = " in code
    compile(code, "script", "exec")


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ("messages = { ens = 'x' }", "Did you mean ends?"),
        ("messages = { ends = 'x', at = 2 }", "at"),
        ("messages = { ends = '' }", "exactly one"),
        ("messages = { length = 'u12' }", "u16"),
        ("messages = { size = '8' }", "number"),
        ("messages = 'https'", "one of ends, ends_hex"),
        ("layers = ['messages']", "the key messages"),
        ("messages = 'http'\ntype = 'SOCK_SEQPACKET'", "stream of bytes"),
        ("messages = { ends = 'é' }\nencoding = 'ascii'", "é"),
        ("responder = { kind = 'greet', text = 'a', wrap = true }", "wrap makes a message"),
        (
            f"responder = {{ kind = 'rules', rules = [{{ {WRAPPED} }}] }}",
            "wrap makes a message",
        ),
    ],
)
def test_what_cannot_be_is_refused(wrong: str, named: str) -> None:
    with pytest.raises(ScenarioProblem) as caught:
        parse(PAIR + wrong + "\n")
    assert named in str(caught.value)
    assert caught.value.line >= PAIR.count("\n")


EVERY = ("{ pattern = 'a+' }", "{ size = 1 }", "{ idle = 0.1 }")


@pytest.mark.parametrize("messages", EVERY)
@pytest.mark.parametrize("said", [
    "responder = { kind = 'greet', text = 'a', wrap = true }",
    f"responder = {{ kind = 'rules', rules = [{{ {WRAPPED} }}] }}",
    "responder = { kind = 'rules', rules = [], else = { reply = 'b', wrap = true } }",
    "[[step]]\ndo = 'send'\nendpoint = 'client'\ntext = 'a'\nwrap = true",
    "[[step]]\ndo = 'send'\nendpoint = 'client'\nhex = 'aa'\nwrap = true",
    "[[step]]\ndo = 'respond'\nresponder = { kind = 'greet', wrap = true }\nendpoint = 'client'",
])  # fmt: skip
def test_wrap_that_would_add_nothing_is_refused(messages: str, said: str) -> None:
    with pytest.raises(ScenarioProblem) as caught:
        parse(f"{PAIR}messages = {messages}\n{said}\n")
    assert "wrap would add nothing here: with messages = " in str(caught.value)
    assert caught.value.line > PAIR.count("\n")


@pytest.mark.parametrize(
    ("messages", "said", "named"),
    [
        ("'http'", "hi", "no whole head"),
        ("{ length = 'u16', at = 4 }", "ab", "first 4 bytes"),
    ],
)
def test_wrap_that_cannot_be_written_fails_its_step(
    messages: str, said: str, named: str, play: Play
) -> None:
    send = f"[[step]]\ndo = 'send'\nendpoint = 'client'\ntext = '{said}'\nwrap = true\n"
    report = play(f"{PAIR}messages = {messages}\n{OPEN}{send}")
    assert named in str(report.steps[-1].reason)
    reply = f"responder = {{ kind = 'greet', text = '{said}', wrap = true }}"
    with pytest.raises(ScenarioProblem, match=named):
        parse(f"{PAIR}messages = {messages}\n{reply}\n")


# -- bytes as hex -------------------------------------------------------------------------------

PLAIN = PAIR + OPEN


def hex_step(do: str, endpoint: str, text: str, **keys: object) -> str:
    return step(do, endpoint, hex=text, **keys)


def test_hex_that_is_sent_has_lengths_and_texts(play: Play) -> None:
    report = play(
        PLAIN
        + hex_step("send", "client", 'u16["GET" u8[01 02]] {counter}')
        + hex_step("expect", "server", "0006 47 45 54 02 01 02 31")
    )
    assert report.ok, report


@pytest.mark.parametrize(
    ("pattern", "held"),
    [
        ("01 ?? 03", True),
        ("{id:2} 03 04", True),
        ("01 * 04", True),
        ("02 ??", False),  # the next bytes are others
        ("01 ?? 04", False),
    ],
)
def test_a_pattern_of_hex_is_the_next_bytes_of_a_stream(
    play: Play, pattern: str, held: bool
) -> None:
    report = play(
        PLAIN
        + hex_step("send", "client", "01 02 03 04")
        + hex_step("expect", "server", pattern, within=0.5 if not held else 30)
    )
    assert report.ok is held, report
    if not held:
        came = "03 04" if pattern.startswith("01") else "01 02 03 04"  # from where they part
        assert f"came {came} where" in str(report.steps[-1].reason)


def test_what_comes_behind_a_pattern_of_hex_is_still_there(play: Play) -> None:
    report = play(
        PLAIN
        + hex_step("send", "client", "01 02 03 04")
        + hex_step("expect", "server", "01 ??")
        + hex_step("expect", "server", "03 ??")
    )
    assert report.ok, report


def test_a_pattern_of_hex_is_a_message_wholly(play: Play) -> None:
    of_length = 'messages = { length = "u8" }\n'
    report = play(
        divided(of_length, of_length)
        + hex_step("send", "client", "02 0a 0b 01 0c")
        + hex_step("expect", "server", "?? 0c")
    )
    assert report.ok, report  # and not 02 0a 0b, which only has 0b before its end


def test_a_pattern_of_hex_that_must_not_come(play: Play) -> None:
    wanted = hex_step("expect", "server", "03 ??", absent=True, within=0.3)
    report = play(PLAIN + hex_step("send", "client", "01 02 03 04") + wanted)
    assert not report.ok


@pytest.mark.parametrize(
    ("do", "text", "named"),
    [
        ("send", "u16[00", "not closed"),
        ("send", "{id:2}", "id"),
        ("expect", "01 ?", "pattern of hex"),
    ],
)
def test_hex_that_cannot_be(do: str, text: str, named: str) -> None:
    with pytest.raises(ScenarioProblem) as caught:
        parse(PLAIN + hex_step(do, "client", text))
    assert named in str(caught.value)
