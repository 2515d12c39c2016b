"""Cases: each is a run with values of its own, and what is wrong with one is told with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.engine.model import commands as c
from workbench.scenario.cases import MOST
from workbench.scenario.model import (
    NotAllowed,
    Perform,
    Scenario,
    ScenarioProblem,
    load,
    load_cases,
    parse,
    parse_cases,
)
from workbench.scenario.named_values import Given
from workbench.scenario.write import to_toml
from workbench.texts import Problem

REST = 'step = [{ do = "send", text = "{word}" }]\n'
CLIENT = '[endpoint.c]\naddress = "127.0.0.{last}:1"\n'
FILE = 'title = "Talk"\ncases = "requests.csv"\n' + REST + CLIENT


def cased(folder: Path, table: str | bytes, text: str = FILE) -> Path:
    data = table.encode() if isinstance(table, str) else table
    (folder / "requests.csv").write_bytes(data)
    path = folder / "talk.toml"
    path.write_text(text, encoding="utf-8")
    return path


def values(made: tuple[Scenario, ...]) -> list[dict[str, object]]:
    return [dict(each.values) for each in made]


def test_each_line_of_a_table_is_a_run_and_all_is_text(tmp_path: Path) -> None:
    path = cased(tmp_path, '\ufefflast,word\r\n1,"a, ""b""\r\nc"\r\n\r\n02,{last}\r\n')
    made = load_cases(path)
    assert values(made) == [{"last": "1", "word": 'a, "b"\r\nc'}, {"last": "02", "word": "{last}"}]
    assert [each.endpoints[0].address for each in made] == ["127.0.0.1:1", "127.0.0.02:1"]
    step = made[1].steps[0]
    assert isinstance(step, Perform)
    assert isinstance(step.command, c.Send)
    assert step.command.text == "{word}"  # filled in when it begins, like any value
    assert made[1].title == "Talk [last=02, word={last}]"


def test_tables_are_cases_too_above_values_and_what_was_given() -> None:
    text = (
        'case = [{ last = 1, word = "a" }, { last = 2 }]\n' + REST
        + '[values]\nword = "w{last}"\nlast = 9\nfar = "f"\n' + CLIENT
    )  # fmt: skip
    made = parse_cases(text, given=Given({"last": "8", "far": "given"}))
    assert values(made) == [
        {"last": 1, "word": "a", "far": "given"},
        {"last": 2, "word": "w2", "far": "given"},
    ]


def test_a_case_is_a_scenario_of_its_own(tmp_path: Path) -> None:
    made = load_cases(cased(tmp_path, "last,word\n1,a\n2,b\n"))
    for each in made:
        assert parse(to_toml(each)) == each


def test_a_case_says_what_it_is_called(tmp_path: Path) -> None:
    def called(table: str) -> list[str]:
        return [each.case for each in load_cases(cased(tmp_path, table))]

    assert called("name,last,word\nfirst,1,a\nsecond,1,a\n") == ["first", "second"]
    assert called("last,word\n1,a\n2,a\n1,a\n") == [
        "last=1, word=a #1", "last=2, word=a", "last=1, word=a #3",
    ]  # fmt: skip
    (long,) = called(f"last,word\n1,{'x' * 500}\n")
    assert len(long) == 61


def test_a_masked_value_names_no_case(tmp_path: Path) -> None:
    text = FILE.replace("[endpoint", '[values]\nword = { env = "W", secret = true }\n[endpoint')
    made = load_cases(cased(tmp_path, "last,word\n1,hunter2\n", text))
    assert made[0].case == "last=1"


@pytest.mark.parametrize(
    ("table", "line", "words"),
    [
        ("", 1, "no cases"),
        ("last,word\n\n", 2, "no cases"),
        ("last,word\n1\n", 2, "has 1 values, and the header names 2"),
        ("last,word\n1,a\n\n1,a,b\n", 4, "has 3 values"),
        ('last,word\n"1\n2",a\n3\n', 4, "has 1 values"),
        ('last,word\n1,"a\n', 2, "no CSV"),
        ('last,word\n1,"a"b\n', 2, "no CSV"),
        ("last,last\n1,a\n", 1, "names last twice"),
        ("last,a-b\n1,a\n", 1, "a-b cannot be"),
        ("last,\n1,a\n", 1, " cannot be"),
        ("last,time\n1,a\n", 1, "something of its own"),
        ("last;word\n1;a\n", 1, "semicolons"),
        ("last,word\n" + "1,a\n" * (MOST + 1), MOST + 2, "at most"),
        ("last,word\n1," + "x" * 200_000 + "\n", 2, "no CSV"),
    ],
)
def test_what_is_wrong_in_a_table_is_told_with_its_line(
    tmp_path: Path, table: str, line: int, words: str
) -> None:
    path = cased(tmp_path, table)
    with pytest.raises(ScenarioProblem) as caught:
        load_cases(path)
    assert str(caught.value).startswith(f"{path}:2: {tmp_path / 'requests.csv'}:{line}: ")
    assert words in str(caught.value)


def test_a_table_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ScenarioProblem, match="UTF-8"):
        load_cases(cased(tmp_path, b"last,word\n1,\xff\n"))
    (tmp_path / "requests.csv").unlink()
    with pytest.raises(ScenarioProblem, match="no such file"):
        load_cases(tmp_path / "talk.toml")


def test_a_table_elsewhere_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "away").mkdir()
    path = cased(tmp_path / "away", "", FILE.replace("requests.csv", "../requests.csv"))
    (tmp_path / "requests.csv").write_text("last,word\n1,a\n")
    with pytest.raises(NotAllowed, match=r"talk.toml:2: .*--any-file"):
        load_cases(path)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('cases = "a.csv"\ncase = []\n', 1, "only one of"),
        ("case = [1]\n", 1, "a table"),
        ("[[case]]\na = true\n", 2, "text in quotes"),
        ("[[case]]\na = 1\n[[case]]\nb = 2\n", 1, "no value b"),
        ("[[case]]\ntime = 1\n", 1, "something of its own"),
        ("[case]\na = 1\n", 1, "[[case]]"),
    ],
)
def test_what_cannot_be_a_case(text: str, line: int, words: str) -> None:
    with pytest.raises(ScenarioProblem) as caught:
        parse_cases(text)
    assert words in str(caught.value)
    assert caught.value.line == line


def test_one_run_cannot_be_several(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="2 cases"):
        load(cased(tmp_path, "last,word\n1,a\n2,b\n"))
