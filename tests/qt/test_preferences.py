"""The settings of the window: what cannot be read is kept aside, and said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings

from workbench.qt.preferences import Preferences


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    """Where the settings are for the time of the test."""
    kind, scope = QSettings.Format.IniFormat, QSettings.Scope.UserScope
    usual = Path(Preferences().path).parent.parent
    QSettings.setPath(kind, scope, str(tmp_path))
    path = Path(Preferences().path)
    path.parent.mkdir(parents=True)
    yield path
    QSettings.setPath(kind, scope, str(usual))


@pytest.mark.parametrize(
    "data", [b"\x00\xff garbage [[[\n=", b"{broken json", b"[General\nscale=150"]
)
def test_what_cannot_be_read_is_kept_aside_and_said(file: Path, data: bytes) -> None:
    """Nothing was said, and the next change wrote over it."""
    file.write_bytes(data)
    made = Preferences()
    assert made.damaged is not None
    kept = file.with_name("window.aside-1.ini")
    assert str(kept) in made.damaged.text
    assert kept.read_bytes() == data
    assert made.scale == 100
    made.scale = 150
    QSettings(made.path, QSettings.Format.IniFormat).sync()
    again = Preferences()
    assert again.scale == 150
    assert again.damaged is None
    file.write_bytes(data)
    assert Preferences().damaged is not None
    assert file.with_name("window.aside-2.ini").read_bytes() == data


@pytest.mark.parametrize("data", [None, b"", b"[General]\nscale=150\n"])
def test_what_can_be_read_is_left_alone(file: Path, data: bytes | None) -> None:
    if data is not None:
        file.write_bytes(data)
    assert Preferences().damaged is None
    assert not list(file.parent.glob("*.aside-*"))
