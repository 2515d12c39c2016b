"""What is compiled in a block is compiled once, and comes from a file after that."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from types import CodeType

import pytest

from workbench.kept_code import code_kept

SOURCE = b"answer = 6 * 7\n"


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The names of files of which the source was really compiled."""
    names: list[str] = []
    usual = builtins.compile

    def noted(source: bytes, name: str, mode: str) -> CodeType:
        names.append(name)
        return usual(source, name, mode)

    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(builtins, "compile", noted)
    yield names
    assert builtins.compile is noted


def run(file: Path, source: bytes = SOURCE, name: str = "a.py") -> object:
    with code_kept(file):
        code = compile(source, name, "exec")
    space: dict[str, object] = {}
    exec(code, space)
    return space["answer"]


def test_it_is_compiled_once(tmp_path: Path, compiled: list[str]) -> None:
    file = tmp_path / "new" / "code"
    assert [run(file) for _ in range(3)] == [42] * 3
    assert compiled == ["a.py"]
    assert [path.name for path in file.parent.iterdir()] == ["code"]


def test_another_source_or_file_is_compiled_and_kept_instead(
    tmp_path: Path, compiled: list[str]
) -> None:
    file = tmp_path / "code"
    run(file)
    assert run(file, b"answer = 1\n") == 1
    assert run(file, b"answer = 1\n", "b.py") == 1
    assert run(file, b"answer = 1\n", "b.py") == 1
    assert compiled == ["a.py", "a.py", "b.py"]
    run(file)  # it was not asked for in the block before
    assert len(compiled) == 4


@pytest.mark.parametrize(
    "content",
    [b"", b"x", MAGIC_NUMBER, MAGIC_NUMBER + b"[", MAGIC_NUMBER + b"i\x01\0\0\0", b"\0\0\r\n{0"],
)
def test_a_damaged_one_and_one_of_another_python_are_made_anew(
    tmp_path: Path, compiled: list[str], content: bytes
) -> None:
    file = tmp_path / "code"
    file.write_bytes(content)
    assert [run(file), run(file)] == [42, 42]
    assert compiled == ["a.py"]


def test_where_nothing_can_be_written_it_is_compiled_each_time(
    tmp_path: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = tmp_path / "taken"
    taken.write_text("a file, no folder")
    assert [run(taken / "code"), run(taken / "code")] == [42, 42]
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    run(tmp_path / "code")
    assert list(tmp_path.iterdir()) == [taken]
    assert compiled == ["a.py"] * 3


def test_expressions_and_texts_are_compiled_as_usual(tmp_path: Path, compiled: list[str]) -> None:
    with code_kept(tmp_path / "code"):
        for _ in range(2):
            assert eval(compile(b"1 + 1", "e.py", "eval")) == 2
            exec(compile("pass", "t.py", "exec"))
    assert compiled == ["e.py", "t.py"] * 2
    assert not (tmp_path / "code").exists()


def test_a_source_with_a_fault_is_told_each_time(tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(SyntaxError), code_kept(tmp_path / "code"):
            compile(b"1 +", "wrong.py", "exec")
