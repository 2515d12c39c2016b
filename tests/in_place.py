"""A folder in which no new file can be made, so that one that is there is written in place."""

from __future__ import annotations

from pathlib import Path

import pytest


def refuse_new_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse what would make a file; until `monkeypatch` is undone."""
    opened = Path.open

    def refuse(self: Path, mode: str = "r") -> object:
        if mode == "xb":
            raise PermissionError(13, "Permission denied")
        return opened(self, mode)

    monkeypatch.setattr(Path, "open", refuse)
