"""Where the program's data files are, and where the user's records go."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final, Literal

_HERE: Final = Path(__file__).resolve().parent
_NAME: Final = "socket-workbench"
_USUAL: Final = {"state": ".local/state", "config": ".config"}
"""Below the home folder, where the environment names no other (XDG Base Directory Specification).
"""


def resource(relative: str) -> Path:
    """A file or folder of `resources/`, in a checkout and in an installed wheel alike."""
    packaged = _HERE / "_resources"
    root = packaged if packaged.is_dir() else _HERE.parent / "resources"
    return root / relative


def state_dir() -> Path:
    """The user's state directory of this program, created with mode 0700 if it is missing and can
    be.
    """
    path = user_dir("state")
    with suppress(OSError):  # whoever writes there says why it cannot
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def user_dir(kind: Literal["state", "config"]) -> Path:
    """The user's folder of this program; it need not exist yet."""
    if sys.platform == "linux":  # plain cases avoid an import of 2 ms
        given = os.environ.get(f"XDG_{kind.upper()}_HOME", "")
        base = Path(given) if given else Path(os.environ.get("HOME", ""), _USUAL[kind])
        if base.is_absolute():
            return base / _NAME
    import platformdirs  # imported here, so that texts can be read before anything is installed

    make = platformdirs.user_state_dir if kind == "state" else platformdirs.user_config_dir
    return Path(make(_NAME, appauthor=False))
