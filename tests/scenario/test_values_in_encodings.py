"""A value is a text: within one of another encoding it is written in that."""

from __future__ import annotations

import pytest

from tests.scenario.conftest import Play
from workbench.payload.templates import Value, hex_template, text_template
from workbench.scenario.code import to_python
from workbench.scenario.model import parse
from workbench.texts import tr

TALK = """
step = [
  {{ do = "start", endpoint = "s" }},
  {{ do = "connect", endpoint = "c" }},
{steps}
]
[values]
name = "中A"
n = 7
[endpoint.c]
address = "@s"
encoding = "{encoding}"
[endpoint.s]
role = "listener"
address = "127.0.0.1:0"
encoding = "{encoding}"
responder = {{ {responder} }}
"""
WIDE = ("gb18030", "big5", "utf-16-le", "utf-16", "utf-32-be", "iso2022_jp")


def talk(encoding: str, *steps: str, responder: str = 'kind = "nothing"') -> str:
    lines = "\n".join(f"  {{ {step} }}," for step in steps)
    return TALK.format(encoding=encoding, steps=lines, responder=responder)


def all_hold(play: Play, text: str) -> None:
    report = play(text)
    assert report.ok, [getattr(step.reason, "text", None) for step in report.steps]


@pytest.mark.parametrize("encoding", WIDE)
def test_what_is_sent_and_expected(play: Play, encoding: str) -> None:
    all_hold(
        play,
        talk(
            encoding,
            'do = "send", endpoint = "c", text = "x{name}{n+1} {len:n};"',
            f'do = "expect", endpoint = "s", text = "x中A8 {len("7".encode("utf-16-le"))};"'
            if encoding.startswith("utf-16")
            else 'do = "expect", endpoint = "s", regex = "x{name}8 .;"',
            'do = "send", endpoint = "s", text = "y中A;z中A"',
            'do = "expect", endpoint = "c", contains = "{name};"',
            'do = "expect", endpoint = "c", text = "z{name}"',
        ),
    )


@pytest.mark.parametrize("encoding", WIDE)
def test_what_rules_take_keep_and_answer(play: Play, encoding: str) -> None:
    rules = r"""[
  {match = "regex", value = "add (?P<k>\\d+);", recall = { sum = "all" },
    store = { all = "{sum+k}" }, reply = "{k} {sum+k} {name};"},
  {match = "regex", value = "add (?P<k>\\d+);", store = { all = "{k}" }, reply = "{k} {name};"}]"""
    all_hold(
        play,
        talk(
            encoding,
            'do = "send", endpoint = "c", text = "add 5;"',
            'do = "expect", endpoint = "c", text = "5 中A;"',
            'do = "send", endpoint = "c", text = "add {n};"',
            'do = "expect", endpoint = "c", regex = "7 (?P<sum>\\\\d+) {name};"',
            'do = "send", endpoint = "c", text = "{sum+1}"',
            'do = "expect", endpoint = "s", contains = "13"',
            responder=f'kind = "rules", rules = {rules.replace(chr(10), "")}',
        ),
    )


def test_what_was_taken_in_one_encoding_is_sent_in_another(play: Play) -> None:
    all_hold(
        play,
        """
placeholders = true
step = [
  { do = "start", endpoint = "s" },
  { do = "start", endpoint = "g" },
  { do = "connect", endpoint = "c" },
  { do = "connect", endpoint = "d" },
  { do = "send", endpoint = "s", text = "N=中;" },
  { do = "expect", endpoint = "c", regex = "N=(?P<v>.);" },
  { do = "send", endpoint = "d", text = "{v}" },
  { do = "expect", endpoint = "g", hex = "d6 d0" },
  { do = "send", endpoint = "d", json = { a = "{v}" } },
  { do = "expect", endpoint = "g", json = { a = "{v}" } },
]
[endpoint.s]
role = "listener"
address = "127.0.0.1:0"
encoding = "utf-16-be"
[endpoint.g]
role = "listener"
address = "127.0.0.1:0"
encoding = "gb18030"
[endpoint.c]
address = "@s"
encoding = "utf-16-be"
[endpoint.d]
address = "@g"
encoding = "gb18030"
""",
    )


def test_bytes_stay_bytes() -> None:
    text = Value("中".encode(), literal=False)
    assert text_template("{v}", ("v",), "bytes").fill({"v": text}) == "中".encode()
    assert hex_template("{v}", ("v",), "gb18030").fill({"v": text}) == "中".encode()
    taken = Value(b"\xff\x00", hexed=True)
    assert text_template("a{v}", ("v",), "gb18030").fill({"v": taken}) == b"a\xff\x00"
    assert Value(b"5\x00", encoding="utf-16-le").number == 5
    marked = Value("ab".encode("utf-16"), encoding="utf-16")
    assert text_template("{len:v}", ("v", "len"), "utf-16-le").fill({"v": marked}) == b"4\x00"


@pytest.mark.parametrize(
    ("encoding", "value", "plain"),
    [
        ("utf-8", "中", True),
        ("gb18030", "abc", True),
        ("gb18030", "中", False),
        ("utf-16-le", "abc", False),
        ("cp500", "abc", False),
    ],
)
def test_a_script_of_plain_sockets_writes_only_what_it_can(
    encoding: str, value: str, *, plain: bool
) -> None:
    made = talk(encoding, 'do = "send", endpoint = "c", text = "x{name}"').replace("中A", value)
    script = to_python(parse(made))
    assert ("from workbench.testing" not in script) is plain
    assert (tr("scenario.recoded_values", names="").strip() in script) is not plain
