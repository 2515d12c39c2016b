"""The parts of the bootstrap that decide; that the whole works, a fresh machine shows."""

from __future__ import annotations

import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

import bootstrap

LISTING = "libegl1:amd64 installed\nlibglib2.0-0t64:amd64 installed\nstrace config-files\n"


@pytest.fixture
def debian(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A Debian with two packages installed, and nothing is ever run."""
    monkeypatch.setattr(
        subprocess, "run", lambda *_, **__: SimpleNamespace(stdout=LISTING, returncode=1)
    )
    return monkeypatch


def test_a_removed_package_is_missing_and_a_renamed_one_is_not(debian: object) -> None:
    wanted = ["libegl1", "libglib2.0-0", "strace"]
    assert bootstrap._not_installed(wanted) == ["strace"]


def test_any_alternative_will_do_and_the_first_is_asked_for(debian: object) -> None:
    assert bootstrap._not_installed(["no-such|libegl1"]) == []
    assert bootstrap._not_installed(["no-such|neither"]) == ["no-such"]


def test_without_root_the_exact_line_is_given(debian: pytest.MonkeyPatch) -> None:
    debian.setattr(bootstrap, "_root_prefix", lambda: None)
    with pytest.raises(bootstrap.Stop) as stop:
        bootstrap._system_packages(["libegl1", "strace", "xvfb"], ["a-font"])
    assert str(stop.value).splitlines()[-1].strip() == (
        "sudo apt-get install -y --no-install-recommends strace xvfb a-font"
    )


def test_a_missing_font_alone_does_not_stop(
    debian: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    debian.setattr(bootstrap, "_root_prefix", lambda: None)
    bootstrap._system_packages(["libegl1"], ["a-font"])
    assert "a-font" in capsys.readouterr().err


def test_stamps_tell_what_is_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "VENV", tmp_path)
    assert not bootstrap._fresh([])
    (tmp_path / "stamp-python").write_text(bootstrap._digest())
    assert bootstrap._fresh([])
    assert not bootstrap._fresh(["xvfb"])
    (tmp_path / "stamp-system").write_text("xvfb\nstrace")
    assert bootstrap._fresh(["xvfb"])
