"""The file of a workspace: whole, private, of one window, never written over unread."""

from __future__ import annotations

import os
import stat
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from workbench.viewmodel import default_endpoints, workspace
from workbench.viewmodel.workspace import EMPTY, Tab, Workspace
from workbench.viewmodel.workspace_file import WorkspaceFile

ONE = Workspace((Tab(default_endpoints.server("server-1"), server=True),), folder="/one")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "made" / "workspace.json"


def test_what_one_window_writes_the_next_one_reads(path: Path) -> None:
    first = WorkspaceFile(path)
    assert first.read() == (EMPTY, None)
    first.write(ONE)
    first.release()
    second = WorkspaceFile(path)
    assert second.read() == (ONE, None)
    second.release()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_nobody_else_can_read_it(path: Path) -> None:
    file = WorkspaceFile(path)
    file.write(ONE)
    path.chmod(0o644)  # somebody has opened it up: the next one is private again
    file.write(replace(ONE, folder="/two"))
    file.release()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_has_not_changed_is_not_written_again(path: Path) -> None:
    file = WorkspaceFile(path)
    file.write(ONE)
    before = path.stat().st_ino
    file.write(ONE)
    assert path.stat().st_ino == before
    file.release()


def test_a_second_window_does_not_write(path: Path) -> None:
    first = WorkspaceFile(path)
    first.write(ONE)
    second = WorkspaceFile(path)
    found, problem = second.read()
    assert found == ONE
    assert problem is not None
    assert problem.key == "workspace.second"
    second.write(EMPTY)
    assert workspace.read(path.read_text(encoding="utf-8")) == ONE
    first.release()
    third = WorkspaceFile(path)
    assert third.ours
    third.release()


@pytest.mark.parametrize(
    ("text", "key"),
    [('{"format": 1, "tabs"', "workspace.damaged"), ('{"format": 99}', "workspace.newer")],
)
def test_what_cannot_be_read_is_kept_aside(path: Path, text: str, key: str) -> None:
    for kept in ("workspace.aside-1.json", "workspace.aside-2.json"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        file = WorkspaceFile(path)
        found, problem = file.read()
        assert found == EMPTY
        assert problem is not None
        assert problem.key == key
        assert kept in problem.text
        file.write(ONE)
        file.release()
        assert path.with_name(kept).read_text(encoding="utf-8") == text


def test_what_cannot_be_opened_is_not_written_over(path: Path) -> None:
    path.mkdir(parents=True)
    file = WorkspaceFile(path)
    _, problem = file.read()
    assert problem is not None
    assert problem.key == "workspace.not_read"
    assert not file.ours


def test_a_folder_that_cannot_be_made_is_no_end(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    file = WorkspaceFile(tmp_path / "file" / "workspace.json")
    assert not file.ours
    assert file.read()[0] == EMPTY
    file.write(ONE)


def test_it_is_on_the_disk_before_it_takes_the_place_of_the_former(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = WorkspaceFile(path)
    file.write(ONE)
    seen: list[str] = []
    fsync = os.fsync

    def recorded(descriptor: int) -> None:
        fsync(descriptor)
        there = path.with_name(path.name + ".new").read_text(encoding="utf-8")
        seen.append(there)
        assert '"/one"' in path.read_text(encoding="utf-8")

    monkeypatch.setattr(os, "fsync", recorded)
    file.write(replace(ONE, folder="/two"))
    assert [workspace.read(text).folder for text in seen] == ["/two"]
    assert workspace.read(path.read_text(encoding="utf-8")).folder == "/two"
    file.release()
