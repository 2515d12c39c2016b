"""Where files are found and kept."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from workbench.resources import resource, state_dir


def test_a_checkout_finds_its_resources() -> None:
    assert (resource("texts") / "start.en.toml").is_file()


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="XDG folders")
def test_the_state_folder_is_made_for_its_owner_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "new"))
    made = state_dir()
    assert made == tmp_path / "new" / "socket-workbench"
    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    assert state_dir() == made
