"""Where `--key-password` has the password of a private key from: never from the command line, which
every user of the machine can read (ps(1), /proc/PID/cmdline).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from workbench.texts import Problem, reason_of

_VARIABLE: Final = "env:"
_FILE: Final = "file:"
_LONGEST: Final = 4096
"""Bytes of a file that are read: OpenSSL takes 1024 (PEM_BUFSIZE)."""


def key_password_of(source: str) -> str:
    """The password that `env:NAME` or `file:PATH` names; of a file its first line.

    Raises:
        Problem: it is neither, or there is none.
    """
    if source.startswith(_VARIABLE):
        name = source.removeprefix(_VARIABLE)
        found = os.environ.get(name)
        if found is None:
            raise Problem("cli.key_password_unset", name=name)
        return found
    if not source.startswith(_FILE):
        raise Problem("cli.key_password_source")
    path = Path(source.removeprefix(_FILE)).expanduser()
    try:
        with path.open("rb") as file:
            line = file.readline(_LONGEST)
        return line.rstrip(b"\r\n").decode("utf-8")
    except UnicodeDecodeError as error:
        raise Problem("cli.key_password_text", path=str(path)) from error
    except OSError as error:
        raise Problem("engine.no_file", path=str(path), reason=reason_of(error)) from error
