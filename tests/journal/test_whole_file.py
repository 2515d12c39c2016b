"""A file that is there whole or not at all."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from typing import BinaryIO

import pytest

from tests.in_place import refuse_new_files
from workbench.journal.whole_file import write_text, write_whole


def whole(out: BinaryIO) -> None:
    out.write(b"new")


def half(out: BinaryIO) -> None:
    out.write(b"x" * 100_000)
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("replace", [False, True])
def test_half_a_file_is_not_left(tmp_path: Path, replace: bool) -> None:
    with pytest.raises(OSError, match="No space"):
        write_whole(tmp_path / "out", half, replace=replace)
    assert list(tmp_path.iterdir()) == []
    write_whole(tmp_path / "out", whole, replace=replace)
    assert [(item.name, item.read_bytes()) for item in tmp_path.iterdir()] == [("out", b"new")]


def test_what_was_there_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_bytes(b"old")
    path.chmod(0o640)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, half, replace=True)
    assert path.read_bytes() == b"old"

    def look(out: BinaryIO) -> None:
        whole(out)
        assert path.read_bytes() == b"old"

    write_whole(path, look, replace=True)
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]
    if sys.platform != "win32":
        assert path.stat().st_mode & 0o777 == 0o640


def test_one_that_comes_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "out"

    def slow(out: BinaryIO) -> None:
        whole(out)
        path.write_bytes(b"somebody's")

    with pytest.raises(FileExistsError):
        write_whole(path, slow, replace=False)
    assert [item.read_bytes() for item in tmp_path.iterdir()] == [b"somebody's"]


def test_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    write_whole(tmp_path / "out", whole, replace=False)
    assert [item.read_bytes() for item in tmp_path.iterdir()] == [b"new"]
    with pytest.raises(FileExistsError):
        write_whole(tmp_path / "out", whole, replace=False)


@pytest.mark.skipif(sys.platform == "win32", reason="links and pipes of Unix")
def test_a_link_is_followed_and_a_pipe_is_a_pipe(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    write_whole(tmp_path / "link", whole, replace=True)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    found: list[bytes] = []
    reader = threading.Thread(target=lambda: found.append(pipe.read_bytes()), daemon=True)
    reader.start()
    write_whole(pipe, whole, replace=True)
    reader.join(60)
    assert found == [b"new"]


def test_a_long_name(tmp_path: Path) -> None:
    path = tmp_path / ("记" * 80 + ".csv")
    write_whole(path, whole, replace=False)
    assert path.read_bytes() == b"new"


def test_a_text_keeps_its_line_ends(tmp_path: Path) -> None:
    for text in ("one\ntwo\r\n", "记"):
        write_text(tmp_path / "out", text)
        assert (tmp_path / "out").read_bytes() == text.encode()


def test_what_lies_in_a_folder_that_takes_no_other_file_is_written_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out"
    path.write_bytes(b"old")
    refuse_new_files(monkeypatch)
    write_whole(path, whole, replace=True)
    monkeypatch.undo()
    assert path.read_bytes() == b"new"
    refuse_new_files(monkeypatch)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, half, replace=True)
    with pytest.raises(PermissionError):
        write_whole(tmp_path / "other", whole, replace=True)
    monkeypatch.undo()
    assert [(item.name, item.read_bytes()) for item in tmp_path.iterdir()] == [("out", b"")]
