"""The password of a private key: from `--key-password` or asked at the terminal, never on the
command line itself, which every user of the machine can read (ps(1), /proc/PID/cmdline).
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from workbench.texts import Problem, reason_of, tr

if TYPE_CHECKING:
    from workbench.engine.model.settings import EndpointSettings
    from workbench.scenario.steps import Scenario

Typed = dict[tuple[str, str | None], str | None]
"""Typed passwords, by certificate and key."""
_VARIABLE: Final = "env:"
_FILE: Final = "file:"
_OWN: Final = "test:"
"""Prefix of the certificates that this program makes, whose keys are not encrypted."""
_LONGEST: Final = 4096
"""Bytes of a file that are read: OpenSSL takes 1024 (PEM_BUFSIZE)."""


def key_password_of(source: str) -> str:
    """The password that `env:NAME` or `file:PATH` names; of a file, its first line.

    Raises:
        Problem: it is neither form, or what it names does not exist.
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
    """The password typed for an encrypted key, without echo (getpass(3)).

    None: none is needed, stdin is not a terminal, or none was typed. What is wrong with the files
    is reported by the code that loads them.
    """
    if cert is None or cert.startswith(_OWN) or sys.stdin is None or not sys.stdin.isatty():
        return None
    from getpass import getpass  # imported only where a certificate is shown

    from workbench.certificates import resolve

    typed: list[str] = []

    def ask() -> str:
        typed.append(getpass(tr("cli.key_password_prompt", path=key or cert)))
        return typed[0]

    with suppress(Problem, EOFError), resolve.to_show(cert, key, ask):
        pass
    return typed[0] if typed else None


def with_typed_passwords(scenario: Scenario, typed: Typed) -> Scenario:
    """The scenario with typed passwords for its encrypted keys; `typed` keeps them, so that each
    key is asked for once over all runs.
    """

    def of(settings: EndpointSettings) -> EndpointSettings:
        tls = settings.tls
        if tls is None or tls.cert is None or tls.key_password is not None:
            return settings
        files = (tls.cert, tls.key)
        if files not in typed:
            typed[files] = asked_key_password(*files)
        password = typed[files]
        if password is None:
            return settings
        return replace(settings, tls=replace(tls, key_password=password))

    return replace(scenario, endpoints=tuple(map(of, scenario.endpoints)))
