"""What a run writes beside its record is whole or not there: on a full disk, and within a limit."""

from __future__ import annotations

import os
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.cli_process import PROGRAM, end, start_command
from tests.mounts import mounted

if sys.platform == "win32":
    pytest.skip("Windows has neither setrlimit nor tmpfs", allow_module_level=True)
import resource

KILOBYTES = 24
"""Less than the report, more than what is in it first."""


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    """With a report of more than a hundred kilobytes."""
    steps = '\n[[step]]\ndo = "note"\ntext = "' + "words of a note " * 20 + '"'
    path = tmp_path / "s.toml"
    path.write_text('title = "many steps"\n' + steps * 400)
    return path


def called(
    *args: object, prefix: Sequence[str] = (), before: Callable[[], None] = lambda: None
) -> tuple[int, str, str]:
    return end(start_command(*prefix, *PROGRAM, *args, before=before))


def disk(at: Path) -> list[str]:
    """A command's prefix for a disk of 64 KB at a folder; skips where none may be mounted."""
    at.mkdir()
    return mounted('mount -t tmpfs -o size=64k tmpfs "$0" && exec "$@"', at)


def test_a_report_for_a_full_disk_is_not_left_half(tmp_path: Path, scenario: Path) -> None:
    full = tmp_path / "full"
    script = '"$@"; status=$?; ls -A "$0" >&2; exit $status'
    prefix = [*disk(full), "sh", "-c", script, str(full)]
    status, _out, err = called("run", scenario, "--junit", full / "r.xml", prefix=prefix)
    assert status == 2, err
    assert "the disk is full" in err
    said = err.splitlines()
    assert str(full / "r.xml") in said[0]
    assert len(said) == 1, "and nothing is in the folder"


@pytest.mark.parametrize("there", [False, True])
def test_a_report_that_may_not_become_so_long_leaves_what_was_there(
    tmp_path: Path, scenario: Path, there: bool
) -> None:
    """The record may: it is on no file at all within such a limit, and so not written here."""
    folder = tmp_path / "reports"
    folder.mkdir()
    report = folder / "r.xml"
    if there:
        report.write_text("<old/>")
    record = tmp_path / "r.swb"
    status, _out, err = called("run", scenario, "--record", record)
    assert status == 0, err
    args = ["export", record, "--to", "jsonl"]

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (KILOBYTES * 1024,) * 2)

    out = folder / "rows.jsonl"
    status, _out, err = called(*args, "-o", out, before=limit)
    assert status == 2
    assert str(out) in err
    assert [item.name for item in folder.iterdir()] == (["r.xml"] if there else [])
    status, _out, err = called("run", scenario, "--junit", report)
    assert status == 0, err
    assert ET.parse(report).getroot().get("tests") == "400"


def test_a_report_goes_to_a_pipe_as_it_is(scenario: Path) -> None:
    status, out, err = called("run", scenario, "--junit", "/dev/stdout")
    assert status == 0, err
    assert "</testsuites>" in out


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_report_in_a_folder_that_takes_no_other_file(tmp_path: Path, scenario: Path) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    report = folder / "r.xml"
    report.touch()
    folder.chmod(0o500)
    status, _out, err = called("run", scenario, "--junit", report)
    folder.chmod(0o700)
    assert status == 0, err
    assert ET.parse(report).getroot().get("tests") == "400"
