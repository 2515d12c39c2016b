"""Runs of scripts that a scenario was exported to."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]


def ran(code: str, folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """A script as one runs it who has installed the program."""
    path = folder / "script.py"
    path.write_text(code, encoding="utf-8")
    return subprocess.run(
        [sys.executable, path, *args],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
