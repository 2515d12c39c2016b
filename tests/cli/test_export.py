"""`export`: into a new file, whole or not at all, or printed."""

from __future__ import annotations

import io
import sys
from functools import partial
from itertools import chain, repeat
from pathlib import Path
from typing import BinaryIO

import pytest

from tests.journal.conftest import Make, event, make  # noqa: F401 - a fixture
from workbench import interrupts
from workbench.cli import export
from workbench.cli.export import export_to_file, export_to_stdout
from workbench.journal.exports import rows
from workbench.journal.exports.export_table import EXPORTS, BinaryExport
from workbench.journal.exports.rows import Looked, untold
from workbench.journal.query import Condition, parse
from workbench.journal.reader import Reader
from workbench.texts import Problem

RAW = bytes(range(256)) * 100


def raw(
    _reader: Reader, out: BinaryIO, _condition: Condition | None, _looked: Looked = untold
) -> int:
    return out.write(RAW)


BYTES = BinaryExport("raw", "bin", raw)


def test_an_export_is_utf_8(monkeypatch: pytest.MonkeyPatch) -> None:
    buffer = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(buffer, "ascii", newline="\r\n"))
    export.as_utf8()
    sys.stdout.write("你\n\r\n")
    sys.stdout.flush()
    assert buffer.getvalue() == "你\n\r\n".encode()


def test_bytes_go_to_a_file_and_a_pipe_as_they_are(
    make: Make,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reader = make([])
    export_to_file(BYTES, reader, None, tmp_path / "out.bin")
    assert (tmp_path / "out.bin").read_bytes() == RAW
    printed = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(printed))
    export_to_stdout(BYTES, reader, None)
    assert printed.getvalue() == RAW


def test_bytes_are_not_for_a_terminal(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    with pytest.raises(Problem) as found:
        export_to_stdout(BYTES, make([]), None)
    assert "-o" in found.value.text


def test_what_is_there_is_never_replaced(make: Make, tmp_path: Path) -> None:  # noqa: F811
    out = tmp_path / "out.csv"
    out.write_text("mine")
    with pytest.raises(Problem):
        export_to_file(EXPORTS["csv"], make([]), None, out)
    assert out.read_text() == "mine"


@pytest.mark.parametrize("form", EXPORTS)
def test_an_export_that_is_ended_leaves_nothing(
    make: Make,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    form: str,
) -> None:
    monkeypatch.setattr(rows, "PAGE", 1)
    reader = make([event(payload=b"x" * 60_000)] * 3)
    looks = chain([False], repeat(True))

    def check() -> None:
        if next(looks):
            raise KeyboardInterrupt

    monkeypatch.setattr(interrupts, "check", check)
    (tmp_path / "to").mkdir()
    with pytest.raises(KeyboardInterrupt):
        export_to_file(EXPORTS[form], reader, None, tmp_path / "to" / "out")
    assert list((tmp_path / "to").iterdir()) == []


@pytest.mark.parametrize("to", [True, False], ids=["file", "stdout"])
def test_an_export_that_finds_nothing_to_write_is_ended_too(
    make: Make,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    to: bool,
) -> None:
    reader = make([event()] * 3)
    looked: list[None] = []

    def check() -> None:
        looked.append(None)
        raise KeyboardInterrupt

    monkeypatch.setattr(interrupts, "check", check)
    to_file = partial(export_to_file, path=tmp_path / "out")
    with pytest.raises(KeyboardInterrupt):
        (to_file if to else export_to_stdout)(EXPORTS["jsonl"], reader, parse("call:none"))
    assert len(looked) == 1
    assert not (tmp_path / "out").exists()


def test_why_it_cannot_be_written_is_said(make: Make, tmp_path: Path) -> None:  # noqa: F811
    with pytest.raises(Problem) as found:
        export_to_file(EXPORTS["csv"], make([]), None, tmp_path / "no" / "such" / "out.csv")
    assert str(tmp_path / "no") in found.value.text
