"""Where the program's data files are, and where the user's records go."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final

_HERE: Final = Path(__file__).resolve().parent


def resource(relative: str) -> Path:
    """A file or folder of `resources/`, in a checkout and in an installed wheel alike."""
    packaged = _HERE / "_resources"
    root = packaged if packaged.is_dir() else _HERE.parent / "resources"
    return root / relative


def state_dir() -> Path:
    """The user's state directory of this program, made 0700 where it is missing and can be."""
    import platformdirs  # here, so that texts can be read before anything is installed

    path = Path(platformdirs.user_state_dir("socket-workbench", appauthor=False))
    with suppress(OSError):  # who writes there says why it cannot
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path
