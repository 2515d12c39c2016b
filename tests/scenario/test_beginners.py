"""Mistakes of who writes a first scenario: each has its line, its reason and the way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.scenario.model import ScenarioProblem, load, parse
from workbench.texts import LANGUAGES, Problem, set_language

C = 'endpoint.c = "127.0.0.1:9"\n'
S = '[endpoint.s]\nrole = "listener"\naddress = "127.0.0.1:0"\n'


def steps(*texts: str) -> str:
    return "step = [\n" + "".join(f"  {{ {text} }},\n" for text in texts) + "]\n"


def client(keys: str) -> str:
    return steps('do = "connect"') + f'endpoint.c = {{ address = "127.0.0.1:9", {keys} }}\n'


MISTAKES: dict[str, tuple[str, int, str]] = {
    # TOML
    "text without quotes": (steps("do = connect") + C, 2, 'needs quotes: "connect"'),
    "True": (steps('do = "expect", next = True') + C, 2, "true, not True"),
    "yes": (steps('do = "expect", next = yes') + C, 2, "true, not yes"),
    "null": (steps('do = "expect", text = null') + C, 2, "left out"),
    ".5": (steps('do = "wait", seconds = .5') + C, 2, "0.5"),
    "5.": (steps('do = "wait", seconds = 5.') + C, 2, "5.0"),
    "2s": (steps('do = "wait", seconds = 2s') + C, 2, "no unit: take “s” away"),
    "5s at the top": ("capture = 5k\n" + C, 1, "no unit: take “k” away"),
    "0100": ("capture = 0100\n" + C, 1, "0 before other digits"),
    "no value": ("title =\n" + C, 1, "the value is missing"),
    "no comma between keys": (steps('do = "send" text = "x"') + C, 2, "a comma or }, not “text”"),
    "no comma between steps": (
        'step = [\n  { do = "connect" }\n  { do = "stop" }\n]\n' + C,
        3,
        "a comma or ], not “{”",
    ),
    "a comma before }": ('step = [ { do = "connect", } ]\n' + C, 1, "no comma stands before }"),
    "a colon for =": ('step = [ { do: "connect" } ]\n' + C, 1, "comes ="),
    "a list that is not closed": (
        'step = [\n  { do = "connect" },\n' + C,
        3,
        "the list of line 1 is not closed",
    ),
    "a list that is not closed before a table": (
        'step = [\n  { do = "connect" },\n' + S,
        3,
        "the list of line 1 is not closed",
    ),
    "a list that is not closed at the end": ("step = [\n", 1, "the [ of line 1 is not closed"),
    "an inline table over two lines": (
        'step = [\n  { do = "send",\n    text = "x" },\n]\n' + C,
        2,
        "stands on one line",
    ),
    "an inline table that is not closed": (
        'step = [\n  { do = "connect"\n]\n' + C,
        2,
        "stands on one line",
    ),
    "quotes in quotes": (steps('do = "send", text = "say "hi""') + C, 2, 'is written \\"'),
    "a line's end in quotes": (steps('do = "send", text = "a\nb"') + C, 2, "written \\n"),
    "a backslash": (steps(r'do = "expect", regex = "\d+"') + C, 2, "'single quotes'"),
    "three quotes that are not closed": (
        steps('do = "send", text = """abc"') + C,
        2,
        "the string that begins here",
    ),
    "one quote that is not closed": (
        "step = [ { do = 'send', text = 'abc } ]\n" + C,
        1,
        "the string that begins here",
    ),
    "a control character": (steps('do = "send", text = "a\x01b"') + C, 2, "U+0001"),
    "//": ("// hello\n" + C, 1, "a comment begins with #"),
    "// behind a value": ('title = "x" // y\n' + C, 1, "a comment begins with #"),
    ";": ("; hello\n" + C, 1, "a comment begins with #"),
    "JSON": ('{"title": "x"}\n', 1, "not JSON"),
    "YAML": ("- do: connect\n", 1, "comes ="),
    "an endpoint twice": (C + C, 2, "“endpoint.c” is in line 1 already"),
    "a table twice": (S + S, 4, "“endpoint.s” is in line 1 already"),
    "a key twice": (steps('do = "send", text = "a", text = "b"') + C, 2, "“text” stands here"),
    "two lists of steps": (
        steps('do = "connect"') + C + steps('do = "stop"'),
        5,
        "“step” is in line 1 already",
    ),
    "both forms of steps": (
        steps('do = "connect"') + C + '[[step]]\ndo = "stop"\n',
        5,
        "“step” is in line 1 already",
    ),
    # signs of Chinese writing, and unseen ones
    "，": ('step = [ { do = "connect"， endpoint = "c" } ]\n' + C, 1, "write ,"),
    "；": ('step = [ { do = "connect" }； { do = "stop" } ]\n' + C, 1, "write ,"),
    "“”": ("title = “你好”\n" + C, 1, 'write "'),
    "a ” at the end": ('title = "x”\n' + C, 1, 'write "'),
    "‘’": ("title = ‘你好’\n" + C, 1, "write '"),
    "：": ('title： "x"\n' + C, 1, "write ="),
    "＝": ('title ＝ "x"\n' + C, 1, "write ="),
    "【】": ('step = 【 { do = "connect" } 】\n' + C, 1, "write ["),
    "｛｝": ('step = [ ｛ do = "connect" ｝ ]\n' + C, 1, "write {"),
    "１": ("capture = １００\n" + C, 1, "write 1"),
    "a wide space": ('title =　"x"\n' + C, 1, "U+3000"),
    "a wide space in front": ('　title = "x"\n' + C, 1, "U+3000"),
    "a space that does not break": ('title =\u00a0"x"\n' + C, 1, "U+00A0"),
    "a BOM within": ('title = "x"\n\ufeff' + C, 2, "U+FEFF"),
    "a Chinese name": ('[endpoint.客户端]\naddress = "127.0.0.1:9"\n', 1, "“客户端” is no name"),
    "： in an address": (steps('do = "connect"') + 'endpoint.c = "127.0.0.1：80"\n', 4, "write :"),
    "４ in hex": (steps('do = "send", hex = "４１"') + C, 2, "write 4"),
    "（） in hex": (steps('do = "send", hex = "u16（5）"') + C, 2, "as in u16(5)"),
    # places
    "a title below a table": (S + 'title = "x"\n', 4, "above line 1 ([endpoint.s])"),
    "defaults below a table": (S + "defaults = { within = 3 }\n", 4, "above line 1"),
    "on_failure below a table": (S + 'on_failure = "next"\n', 4, "above line 1"),
    "[c]": ('[c]\naddress = "127.0.0.1:9"\n', 1, "[endpoint.c]"),
    "[endpoint]": ('[endpoint]\naddress = "127.0.0.1:9"\n', 2, "has no name"),
    "[[endpoint.c]]": ('[[endpoint.c]]\naddress = "127.0.0.1:9"\n', 1, "in one bracket"),
    "[step]": ('[step]\ndo = "connect"\n', 1, "[[step]]"),
    "step as a table": ('step = { do = "connect" }\n' + C, 1, "step = [ { … }, { … } ]"),
    "step as text": ('step = [ "connect" ]\n' + C, 1, '{ do = "connect" }'),
    "rules as a table": (
        S + 'responder = { kind = "rules", rules = { match = "any" } }\n',
        4,
        "rules = [ { … }, { … } ]",
    ),
    "a rule as text": (S + 'responder = { kind = "rules", rules = [ "a" ] }\n', 4, "hello"),
    # names that others have
    "Do": (steps('Do = "connect"') + C, 2, "Did you mean do?"),
    "sleep": (steps('do = "sleep", seconds = 1') + C, 2, "Did you mean wait?"),
    "receive": (steps('do = "receive"') + C, 2, "Did you mean recv?"),
    "role server": ('[endpoint.s]\nrole = "server"\n', 2, "Did you mean listener?"),
    "role client": ('[endpoint.s]\nrole = "client"\n', 2, "Did you mean stream?"),
    "role udp": ('[endpoint.s]\nrole = "udp"\n', 2, "Did you mean datagram?"),
    "match equals": (
        S + 'responder = { kind = "rules", rules = [ { match = "equals", value = "a" } ] }\n',
        4,
        "Did you mean exact?",
    ),
    "CRLF": (steps('do = "send", text = "a", append = "CRLF"') + C, 2, "Did you mean crlf?"),
    "a line's end for append": (
        steps('do = "send", text = "a", append = "\\n"') + C,
        2,
        "Did you mean lf?",
    ),
    "an error in small letters": (
        steps('do = "connect", error = "econnrefused"') + C,
        2,
        "Did you mean ECONNREFUSED?",
    ),
    "an error that is misspelt": (
        steps('do = "connect", error = "ConectionRefused"') + C,
        2,
        "Did you mean ConnectionRefusedError?",
    ),
    # types
    "two things to send": (steps('do = "send", text = "a", hex = "41"') + C, 2, "file and json"),
    "nothing to send": (steps('do = "send"') + C, 2, "file and json"),
    "no endpoint at all": (steps('do = "connect"'), 2, "[endpoint.NAME]"),
    "one of two endpoints": (
        steps('do = "connect"') + C + 'endpoint.d = "127.0.0.1:10"\n',
        2,
        "There are: c, d",
    ),
    "a responder as text": (S + 'responder = "echo"\n', 4, "{ key = value }"),
    "messages as text": (S + 'messages = "\\r\\n"\n', 4, 'messages = { ends = "\\r\\n" }'),
    "messages in two ways": (S + 'messages = { ends = "x", size = 3 }\n', 4, "only one of"),
    "messages misspelt": (S + 'messages = { end = "x" }\n', 4, "Did you mean ends?"),
    "a command as text": (steps('do = "run", command = "curl x"') + C, 2, "No shell"),
    "a status as text": (steps('do = "run", command = ["a"], exit = "x"') + C, 2, '"any"'),
    "connection 0": (steps('do = "expect", connection = 0') + C, 2, '-1 (the newest) or "any"'),
    "layers as text": (client('layers = "tls"'), 4, "a list [ … ]"),
    "an option as text": (client('options = { TCP_NODELAY = "on" }'), 4, "true or false"),
    "no such field": (steps('do = "send", hex = "u12(5)"') + C, 2, "u8, u16, u24"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_has_its_line_and_the_way_out(name: str) -> None:
    text, line, words = MISTAKES[name]
    with pytest.raises(ScenarioProblem) as caught:
        parse(text)
    for language in LANGUAGES:
        set_language(language)
        assert f":{line}" in caught.value.text or f"{line}：" in caught.value.text
    set_language("en")
    assert caught.value.line == line, caught.value.text
    assert words in caught.value.text


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("begin", ["", "\ufeff"])
def test_other_line_ends_tabs_and_a_mark_in_front_are_no_mistake(
    begin: str, ends: str, tmp_path: Path
) -> None:
    step = steps("do = 'connect'")
    text = f'{begin}title\t=\t"x"\n{step}{C}'
    path = tmp_path / "x.toml"
    path.write_bytes(text.replace("\n", ends).encode())
    assert load(path).title == "x"


@pytest.mark.parametrize("encoding", ["gbk", "utf-16"])
def test_another_encoding_is_sent_to_be_saved_as_utf8(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes('title = "你好"\n'.encode(encoding))
    with pytest.raises(Problem, match="Save it as UTF-8"):
        load(path)
