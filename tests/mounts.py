"""Commands that see other file systems than the rest of the machine does."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest


def mounted(script: str, place: Path, *more: str) -> list[str]:
    """What a command is put behind: `script` mounts at `place`, "$0" there, and then runs "$@".

    `more` stands before the command. Skips where this user may not mount.
    """
    mount = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, str(place)]
    prefix = [*mount, *more]
    if (
        shutil.which("unshare") is None
        or subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode
    ):
        pytest.skip("this user may not mount anything")
    return prefix
