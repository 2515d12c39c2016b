"""Where the password of a private key comes from: `--key-password`, or whoever sits at a terminal;
never the command line itself, which every user of the machine can read (ps(1), /proc/PID/cmdline).
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

from workbench.texts import Problem, reason_of, tr

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


def asked_key_password(cert: str | None, key: str | None) -> str | None:
    """The password that somebody types for an encrypted key, without echo (getpass(3)).

    None: none is needed, nobody sits at a terminal, or nobody says it; what is wrong with the files
    is said by who loads them.
    """
    if cert is None or sys.stdin is None or not sys.stdin.isatty():
        return None
    from getpass import getpass  # by who shows a certificate alone

    from workbench.certificates import resolve

    typed: list[str] = []

    def ask() -> str:
        typed.append(getpass(tr("cli.key_password_prompt", path=key or cert)))
        return typed[0]

    with suppress(Problem, EOFError), resolve.to_show(cert, key, ask):
        pass
    return typed[0] if typed else None
