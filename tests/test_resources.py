"""Where files are found and kept."""

from __future__ import annotations

import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import platformdirs
import pytest

from workbench.resources import resource, state_dir, user_dir


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


@pytest.mark.parametrize("home", ["/home/her", "", "her"])
@pytest.mark.parametrize("named", [None, "", "/srv/her", "her"])
def test_the_user_s_folders_are_where_platformdirs_has_them(
    monkeypatch: pytest.MonkeyPatch, home: str, named: str | None
) -> None:
    """Which is asked only where the environment does not say it plainly."""
    monkeypatch.setenv("HOME", home)
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
        if named is not None:
            monkeypatch.setenv(name, named)
    kinds: tuple[tuple[Literal["state", "config"], Callable[..., str]], ...] = (
        ("state", platformdirs.user_state_dir),
        ("config", platformdirs.user_config_dir),
    )
    for kind, known in kinds:
        assert user_dir(kind) == Path(known("socket-workbench", appauthor=False))
