"""Every key is found on its line, whatever TOML stands around it."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.scenario.locate import line_of, locate

BARE = st.from_regex(r"[A-Za-z0-9_-]{1,6}", fullmatch=True)
QUOTED = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x7f"), max_size=6)
SPACE = st.sampled_from(["", " ", "\t "])


def written(key: str) -> str:
    return json.dumps(key, ensure_ascii=False)


@st.composite
def key(draw: st.DrawFn) -> tuple[str, str]:
    """A key, and how it is written."""
    kind = draw(st.sampled_from(["bare", "bare", "basic", "literal"]))
    if kind == "bare":
        name = draw(BARE)
        return name, name
    name = draw(QUOTED)
    if kind == "literal" and all(char.isprintable() and char != "'" for char in name):
        return name, f"'{name}'"
    return name, written(name)


VALUES = st.one_of(
    st.integers().map(str),
    QUOTED.map(written),
    st.sampled_from([
        "'it # is [not] = a'", '"a \\" # b = [c]"', '"\\\\"', "true", "1979-05-27", "0xf",
        '"""two\nlines = 1\n[not.a.table]\n"""', '"""with "quotes" \\"""" # end""""',
        "'''a\n[[b]]\nc = '' '''", "'''quote at the end''''", '"""\\\n   x = 1\n"""',
        "[1,\n 2, # ] \" '\n [ 'a]', \"b]\" ],\n]", '{ a = "}", b = [1], "c d" = { e = 1 } }',
        '[ { x = 1 }, { y = "]" } ] # [z]', '"a\u2028b\u2029c\u0085d"', "[]", "{}", '""', "''",
        '""""""', "''''''", '[""" ]\n[a]\n""",\n"]"]',
        # brackets and quotes in a comment open and close nothing
        "1 # [", "2 # {", "'x' # ]", '"y" # """', "true # ''' [[", "[1, # [ {\n2 # ] }\n]",
        "[ # ]\n  3, # [[[\n] # {", '{ a = 1 } # "',
    ]),
)  # fmt: skip


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, dict[tuple[str | int, ...], int]]:
    """TOML, and the line of each header and key."""
    lines: list[str] = []
    wanted: dict[tuple[str | int, ...], int] = {}
    end = draw(st.sampled_from(["\n", "\r\n"]))

    def pairs(table: tuple[str | int, ...]) -> None:
        taken: set[str] = set()
        for _ in range(draw(st.integers(0, 3))):
            parts = draw(st.lists(key(), min_size=1, max_size=2))
            if parts[0][0] in taken:
                continue
            taken.add(parts[0][0])
            spelled = f"{draw(SPACE)}.{draw(SPACE)}".join(text for _, text in parts)
            if draw(st.booleans()):
                lines.append(draw(st.sampled_from(["", "# x = 1", "  # [table]"])))
            wanted[*table, *(name for name, _ in parts)] = len(lines) + 1
            value = draw(VALUES)
            lines.extend(f"{draw(SPACE)}{spelled}{draw(SPACE)}={draw(SPACE)}{value}".split("\n"))

    pairs(())
    used = {path[0] for path in wanted}
    for number in range(draw(st.integers(0, 3))):
        name, spelled = draw(key())
        if name in used:
            continue
        used.add(name)
        many = draw(st.booleans())
        for index in range(draw(st.integers(1, 3)) if many else 1):
            space, comment = draw(SPACE), draw(st.sampled_from(["", " # ] = [x]"]))
            mark = "[[" if many else "["
            close = "]]" if many else "]"
            lines.append(f"{space}{mark}{space}{spelled}{space}{close}{comment}")
            table: tuple[str | int, ...] = (name, index) if many else (name,)
            wanted[table] = len(lines)
            pairs(table)
            inner = (*table, f"inner{number}")
            lines.append(f"[{spelled}.inner{number}]")
            if f"inner{number}" not in {str(path[-1]) for path in wanted}:
                wanted[inner] = len(lines)
    return end.join(lines), wanted


def there(document: dict[str, Any], path: tuple[str | int, ...]) -> bool:
    here: Any = document
    for part in path:
        try:
            here = here[part]
        except (KeyError, IndexError, TypeError):
            return False
    return True


@given(documents())
def test_every_key_is_found_on_its_line(
    document: tuple[str, dict[tuple[str | int, ...], int]],
) -> None:
    text, wanted = document
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return  # two of the keys contradict each other
    found = locate(text)
    assert all(there(table, path) for path in found), found
    for path, line in wanted.items():
        assert found[path] == line, (path, text)


@given(st.text(alphabet=st.sampled_from(list("ab=.\"'[]{}#\\\n\r\t 1")), max_size=60))
def test_whatever_is_read_is_found_at_the_right_line(text: str) -> None:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    found = locate(text)
    assert all(there(table, path) for path in found)
    assert all((name,) in found for name in table)


TEXT = """title = "t"
endpoint.a.role = "x"

[endpoint.b]
role = "x"
[[step]]
do = "loop"
[[step.step]]
do = "a"
[[step.step]]
do = "b"
until = { endpoint = "a",
  text = "b" }
[[step]]
do = "c"
[[step]] # [
hex = "00" # a list [ that a comment opens, and {, and '''
[[step]]
# do = "e"
# [[step]]
do = "d"
list = [ # 0, 0,
  1, # [ 2,
  3]
"""


@pytest.mark.parametrize(("path", "line"), [
    (("title",), 1), (("endpoint", "a"), 2), (("endpoint", "a", "role"), 2), (("endpoint",), 2),
    (("endpoint", "b"), 4), (("endpoint", "b", "role"), 5), (("endpoint", "b", "absent"), 4),
    (("step",), 6), (("step", 0), 6), (("step", 0, "step", 0, "do"), 9),
    (("step", 0, "step", 1, "do"), 11), (("step", 0, "step", 1, "until", "text"), 13),
    (("step", 1), 14), (("step", 1, "do"), 15), (("nothing", "at", "all"), 1), ((), 1),
    (("step", 2, "hex"), 17), (("step", 3), 18), (("step", 3, "do"), 21),
    (("step", 3, "list"), 22), (("step", 3, "list", 0), 23), (("step", 3, "list", 1), 24),
    (("step", 4), 6),
])  # fmt: skip
def test_lines(path: tuple[str | int, ...], line: int) -> None:
    assert line_of(locate(TEXT), path) == line
