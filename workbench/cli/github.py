"""Failures as GitHub workflow commands, which it shows beside the line of the file.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions: a command's value
escapes %, CR and LF, its properties : and , as well. A command is a line that begins with :: after
blanks; the older form stands anywhere in one, ##[error] (github.com/actions/runner,
ActionCommand.cs).
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

_VALUE: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY: Final = _VALUE | str.maketrans({":": "%3A", ",": "%2C"})
_COMMAND: Final = re.compile(r"^(\s*):(?=:)|#(?=#\[)", re.MULTILINE)


def wanted() -> bool:
    """Whether this process is a step of a workflow."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def without_commands(text: str) -> str:
    r"""Lines in which foreign text forms no command: the first character of one becomes \xHH."""
    return _COMMAND.sub(lambda found: rf"{found[1]}\x3a" if found[0] != "#" else r"\x23", text)


def error_line(path: Path, line: int, title: str, message: str) -> str:
    """The command that puts an error beside a line of a file."""
    shown = {"file": _in_the_workspace(path), "line": str(line), "title": title}
    keys = ",".join(f"{key}={value.translate(_PROPERTY)}" for key, value in shown.items())
    return f"::error {keys}::{message.translate(_VALUE)}\n"


def _in_the_workspace(path: Path) -> str:
    """A path as GitHub knows it: relative to the checkout."""
    workspace = os.environ.get("GITHUB_WORKSPACE")
    whole = path.resolve()
    if workspace and whole.is_relative_to(Path(workspace).resolve()):
        return whole.relative_to(Path(workspace).resolve()).as_posix()
    return path.as_posix()
