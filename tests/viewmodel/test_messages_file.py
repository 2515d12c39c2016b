"""Saved messages as a TOML file: whole, private, and refused in a sentence where it is none."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.engine.model.tail import Append
from workbench.texts import Problem
from workbench.viewmodel.messages_file import Saved, parsed, read, write, written
from workbench.viewmodel.payload_form import PayloadForm

ALL = PayloadForm(
    "a\\r\\n'\"\n你好\x07", "text", "gbk", False, Append.CRC16_MODBUS, "big", 2, True, 9
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def test_a_file_reads_as_a_person_would_write_it() -> None:
    assert written([Saved("read", "meters", PayloadForm("01 03", "hex"), "client-1")]) == (
        "# Saved messages of Socket Workbench, in their order; the first nine have keys.\n\n"
        '[[message]]\nname = "read"\nfolder = "meters"\ntarget = "client-1"\n'
        'typed = "01 03"\nform = "hex"\n'
    )


@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_what_was_saved_comes_back(name: str, folder: str, typed: str, target: str) -> None:
    messages = [Saved(name, folder, PayloadForm(typed), target), Saved("b", "", ALL)]
    assert parsed(written(messages)) == messages


@pytest.mark.parametrize(("text", "said"), [
    ("[[message]", "no TOML"),
    ("a = 1", "holds no messages"),
    ("message = 3", "holds no messages"),
    ("message = [3]", "holds no messages"),
    ('[[message]]\nname = "a"\ntyped = "b"\n[[message]]\nname = "c"', "Message 2: typed"),
    ('[[message]]\nname = 3\ntyped = "b"', "Message 1: name"),
    ('[[message]]\nname = "a"\ntyped = "b"\nextra = 1', "the key extra"),
    ('[[message]]\nname = "a"\ntyped = "b"\nescapes = "yes"', "Message 1: escapes"),
    ('[[message]]\nname = "a"\ntyped = "b"\nappend = "crc99"', "Message 1: append"),
    ('[[message]]\nname = "a"\ntyped = "b"\nform = "base64"', "Message 1: form"),
    ('[[message]]\nname = "a"\ntyped = "b"\nform = ["hex"]', "Message 1: form"),
    ('[[message]]\nname = "a"\ntyped = "b"\nchecksum_from = true', "Message 1: checksum_from"),
    ('[[message]]\nname = "a"\ntyped = "b"\nchecksum_order = "odd"', "Message 1: checksum_order"),
])  # fmt: skip
def test_a_file_that_is_none_says_why(text: str, said: str) -> None:
    with pytest.raises(Problem, match=said):
        parsed(text)


def test_a_new_file_is_ones_own_and_one_that_is_there_keeps_its_rights(tmp_path: Path) -> None:
    path = tmp_path / "new" / "messages.toml"
    write(path, [Saved("a", "", ALL)])
    assert parsed(read(path)) == [Saved("a", "", ALL)]
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        path.chmod(0o644)
        link = tmp_path / "link.toml"
        link.symlink_to(path)
        write(link, [])
        assert link.is_symlink()
        assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert [item.name for item in path.parent.iterdir()] == [path.name]


def test_what_cannot_be_read_or_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"no such file"):
        read(tmp_path / "none.toml")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    with pytest.raises(Problem, match="no text in UTF-8"):
        read(tmp_path / "bytes")
    (tmp_path / "file").write_text("")
    with pytest.raises(Problem):
        write(tmp_path / "file" / "messages.toml", [replace(Saved("a", "", ALL), name="b")])
