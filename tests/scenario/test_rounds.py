"""{round}, the number of the round: of the innermost loop, in every string of a step, and nowhere
else.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.scenario.conftest import Play, inner_key, reasons
from workbench.journal.reader import Row
from workbench.scenario.model import ScenarioProblem, parse
from workbench.scenario.rounds import ROUND, in_loop, is_counted
from workbench.testing import scripted

ENDS = """
endpoint.c = "@s"
[values]
{values}
[endpoint.s]
role = "listener"
address = "127.0.0.1:0"
{server}
"""
ECHO = 'responder = { kind = "echo" }'
BEGIN = '{ do = "start", endpoint = "s" }, { do = "connect", endpoint = "c" },'


def client(do: str, keys: str) -> str:
    return f'{{ do = "{do}", endpoint = "c", {keys} }},'


def loop(*steps: str, times: int = 3, more: str = "") -> str:
    return f'{{ do = "loop", times = {times}{more}, step = [{" ".join(steps)}] }},'


def talk(*steps: str, top: str = "", values: str = "x = 1", server: str = ECHO) -> str:
    ends = ENDS.replace("{values}", values).replace("{server}", server)
    return f"{top}\nstep = [{BEGIN}\n{chr(10).join(steps)}\n]{ends}"


def sent(rows: list[Row]) -> list[bytes]:
    """What went out of the client, send() by send()."""
    mine = [row for row in rows if row.call == "send" and row.endpoint == "c"]
    return [row.payload for row in mine if row.payload]


def test_it_counts_the_rounds_of_the_innermost_loop(
    play: Play, rows: Callable[[], list[Row]]
) -> None:
    inner = loop(client("send", 'text = "{round}"'), times=2)
    text = talk(
        loop(
            client("send", 'text = "{round}: "'),
            inner,
            client("send", r"""text = "{round} {round*10+x} {len:round} {{round}}\n" """),
            client("expect", r"""regex = '(?s){round}: 12{round} \d+ 1 \{round\}\n'"""),
        )
    )
    assert reasons(play(text)) == []
    said = b"".join(sent(rows()))
    assert said == b"".join(b"%d: 12%d %d1 1 {round}\n" % (n, n, n) for n in (1, 2, 3))


def test_it_is_a_number_in_hex_and_json_and_a_text_elsewhere(
    play: Play, rows: Callable[[], list[Row]]
) -> None:
    text = talk(
        loop(
            client("send", 'hex = "u16(round) {round}", append_hex = "u8(round+1)"'),
            client("expect", 'hex = "00 ?? {round} ??"'),
            client("send", 'json = { n = "{round}", s = "a{round}" }'),
            client("expect", 'json = { n = "{round}", s = "a{round}" }'),
            '{ do = "note", text = "round {round}" },',
            times=2,
        )
    )
    assert reasons(play(text)) == []
    found = rows()
    assert sent(found) == [
        bytes.fromhex("0001 31 02"), b'{"n":1,"s":"a1"}',
        bytes.fromhex("0002 32 03"), b'{"n":2,"s":"a2"}',
    ]  # fmt: skip
    assert [row.args for row in found if "round 1" in row.args or "round 2" in row.args]


def test_an_address_takes_it_when_it_is_opened(play: Play, rows: Callable[[], list[Row]]) -> None:
    text = """
        placeholders = true
        step = [ { do = "loop", times = 3, step = [
          { do = "start" }, { do = "stop" },
        ] } ]
        [endpoint.s]
        role = "listener"
        address = "127.0.0.{round}:0"
    """
    assert reasons(play(text)) == []
    hosts = [row.args for row in rows() if row.call == "bind"]
    assert [f"127.0.0.{number}" in host for number, host in enumerate(hosts, 1)] == [True] * 3


def test_a_step_with_placeholders_of_its_own_has_it_too(
    play: Play, rows: Callable[[], list[Row]]
) -> None:
    step = client("send", 'text = "{round} {random:2} {x};", placeholders = true')
    text = talk(loop(step, times=2)).replace("[values]\nx = 1\n", "")
    assert reasons(play(text)) == []
    first, second = sent(rows())
    assert re.fullmatch(rb"1 \w\w \{x\};", first)
    assert re.fullmatch(rb"2 \w\w \{x\};", second)


@pytest.mark.parametrize("values", ["round = 7", "round = 'seven'"])
def test_a_value_of_that_name_is_that_value(
    play: Play, rows: Callable[[], list[Row]], values: str
) -> None:
    step = client("send", 'text = "{round}"')
    assert reasons(play(talk(step, loop(step, times=1), values=values))) == []
    assert set(sent(rows())) in ({b"7"}, {b"seven"})


@pytest.mark.parametrize(
    "step",
    [
        client("send", 'text = "{round}"'),
        client("send", 'text = "{x+round}"'),
        client("send", 'hex = "u8(round)"'),
        client("send", 'hex = "{round}"'),
        client("expect", 'contains = "{len:round}"'),
        client("expect", 'json = { a = ["{round}"] }'),
        client("send", 'text = "{round}", to = "127.0.0.1:1"'),
        '{ do = "note", text = "{round}" },',
        loop(client("send", 'text = "a"'), more=', until = { contains = "{round}" }'),
    ],
)
def test_outside_of_a_loop_it_is_refused_in_a_sentence(step: str) -> None:
    with pytest.raises(ScenarioProblem, match="number of the round of a loop") as wrong:
        parse(talk('{ do = "wait", seconds = 0 },', step), "f.toml")
    assert wrong.value.line == 4


def test_so_it_is_of_a_step_with_placeholders_of_its_own() -> None:
    step = client("send", 'text = "{round}", placeholders = true')
    text = talk(step).replace("[values]\nx = 1\n", "")
    with pytest.raises(ScenarioProblem, match="number of the round"):
        parse(text)


def test_what_rules_say_and_a_file_without_values_are_warned_of() -> None:
    rules = 'responder = { kind = "rules", rules = [ { value = "a", match = "exact", reply = "%s" }'
    made = parse(talk(server=rules % "{round}" + " ] }"))
    assert [inner_key(item) for item in made.warnings] == ["scenario.round_outside"]
    grouped = (rules % "{round}").replace('"exact"', '"regex"').replace('"a"', '"(?P<round>a)"')
    assert not parse(talk(server=grouped + " ] }")).warnings
    bare = talk(loop(client("send", 'text = "{round}"'))).replace("[values]\nx = 1\n", "")
    assert [inner_key(item) for item in parse(bare).warnings] == ["scenario.unfilled_word"]
    outside = talk(client("send", 'text = "{round}"')).replace("[values]\nx = 1\n", "")
    assert not parse(outside).warnings


def test_an_address_outside_of_a_loop_says_so_when_it_is_opened(play: Play) -> None:
    text = talk().replace('endpoint.c = "@s"', 'endpoint.c = "127.0.0.1:{7000+round}"')
    (reason,) = reasons(play(text))
    assert "number of the round of a loop" in reason


def test_until_in_a_loop_has_the_round_around_it(play: Play, rows: Callable[[], list[Row]]) -> None:
    inner = loop(
        client("send", 'text = "{round}"'),
        client("expect", 'text = "{round}"'),
        times=9,
        more=', until = { endpoint = "c", contains = "{round}" }, must = true',
    )
    assert reasons(play(talk(loop(inner, times=3)))) == []
    assert b"".join(sent(rows())) == b"1" + b"12" + b"123"


def test_a_test_in_python_has_it_in_its_loops() -> None:
    with scripted("rounds", arguments=[]) as workbench:
        workbench.values(x=1)
        workbench.server(responder={"kind": "echo"})
        client_ = workbench.client(address="@server")
        steps = [{"do": "send", "endpoint": "client", "text": "{round}"}]
        workbench.do("loop", times=3, step=steps)
        client_.expect(text="123")


def test_where_a_path_is_in_a_loop() -> None:
    assert in_loop(("step", 3, "step", 0, "text"))
    assert in_loop(("loop", 0, "step", 1, "json", "step", 0))
    assert in_loop(("step", 0, "loop", 1, "until", "text"))
    assert not in_loop(("step", 0, "until", "text"))
    assert not in_loop(("loop", 0, "until", "text"))
    assert not in_loop(("step", 0, "json", "step", 0))
    assert is_counted({}, {}, set())
    assert not is_counted({"values": {ROUND: 1}}, {}, set())
    assert not is_counted({}, {ROUND: 1}, set())
    assert not is_counted({}, {}, {ROUND})
