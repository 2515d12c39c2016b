"""Files of values beside a set-up, and what they put above typed values."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.texts import Problem
from workbench.viewmodel import value_files
from workbench.viewmodel.known_values import TypedValue, known_values


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    values = tmp_path / "values"
    values.mkdir()
    (values / "staging.toml").write_text('host = "127.0.0.2"\nport = 8443\n', encoding="utf-8")
    (values / "local.toml").write_text('host = "127.0.0.1"\n', encoding="utf-8")
    (values / "notes.txt").write_text("none", encoding="utf-8")
    return tmp_path


def test_the_files_beside_a_set_up(folder: Path) -> None:
    found = value_files.beside([folder, folder, folder / "missing"])
    assert [path.name for path in found] == ["local.toml", "staging.toml"]


def test_a_file_stands_above_what_was_typed(folder: Path) -> None:
    rows = (TypedValue("host", "typed"), TypedValue("token", "abcdef", secret=True))
    values = value_files.read(folder / "values" / "staging.toml")
    above = value_files.with_file(rows, values)
    assert {row.name: row.value for row in above} == {
        "host": "127.0.0.2",
        "token": "abcdef",
        "port": "8443",
    }
    assert known_values(above).values["port"].data == b"8443"


def test_what_is_typed_as_secret_stays_secret() -> None:
    (row,) = value_files.with_file([TypedValue("token", "", secret=True)], {"token": "s3cr3t"})
    assert row == TypedValue("token", "s3cr3t", secret=True)


@pytest.mark.parametrize("text", ['"a b" = "x"\n', "list = [1]\n", "not TOML", 'len = "x"\n['])
def test_a_file_that_is_none_of_values_says_so(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Problem, match=r"bad\.toml"):
        value_files.read(path)


def test_a_scenario_is_given_what_it_names() -> None:
    values: dict[str, str | int | float] = {"host": "127.0.0.2", "other": 1}
    assert value_files.named_in('[values]\nhost = "x"\n', values) == {"host": "127.0.0.2"}
    assert value_files.named_in("not TOML", values) == {}
    assert value_files.named_in("title = 'x'\n", values) == {}
