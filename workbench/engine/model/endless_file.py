"""Refuses files without an end where a file is read to its end."""

from __future__ import annotations

import stat
from pathlib import Path

from workbench.texts import Problem


def check_end(path: Path) -> None:
    """Refuse a device such as /dev/zero, which would be read for ever; a pipe ends with its writer.

    Raises:
        Problem: it is such a device.
        OSError: there is no such file.
    """
    mode = path.stat().st_mode
    if (stat.S_ISCHR(mode) or stat.S_ISBLK(mode)) and path.resolve() != Path("/dev/null"):
        raise Problem("engine.device", path=str(path))
