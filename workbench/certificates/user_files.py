"""The user's certificates and keys: read where they are, parsed in another process.

That process (`parse_child`) has a time limit; the limit of size is enforced here.
"""

from __future__ import annotations

import base64
import json
import secrets
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import field
from pathlib import Path
from typing import Any, Final

from workbench.frozen import dataclass
from workbench.texts import Problem, reason_of

LARGEST: Final = 10_000_000
"""Bytes of a file."""
SECONDS: Final = 5.0
"""For an answer, from when the process is ready."""
_BEGINS: Final = 60.0
"""Seconds until it is ready, on a busy machine."""
_LOCK_BYTES: Final = 24
_FAULTS: Final = frozenset({"needs_password", "wrong_password", "nothing", "key_unknown"})

AskPassword = Callable[[], str]
"""Asks for the password of a key. Raises Problem: there is none, or nobody answers."""


@dataclass(frozen=True, slots=True)
class UserFile:
    """The contents of a user's file.

    Attributes:
        chain: certificates in DER, in the file's order; from PKCS#12, that of the key first.
        key: in PEM, encrypted under `lock`; None: the file has none.
        lock: a random one-time password.
    """

    chain: tuple[bytes, ...]
    key: str | None = field(repr=False)
    lock: str = field(repr=False)


def read_user_file(path: Path, ask: AskPassword | None = None) -> UserFile:
    """Take a file in PEM, DER or PKCS#12 apart.

    Args:
        ask: called for the password only if the file needs one.

    Raises:
        Problem: it cannot be read, is too large, has neither certificate nor key, its password is
            wrong or missing, or it takes too long.
    """
    data = read_limited(path)
    lock = secrets.token_urlsafe(_LOCK_BYTES)
    found = _asked(data, None, lock, path)
    if found.get("fault") == "needs_password":
        if ask is None:
            raise Problem("certificates.no_password")
        found = _asked(data, ask(), lock, path)
    fault = found.get("fault")
    if fault is not None:
        raise Problem(f"certificates.{fault if fault in _FAULTS else 'nothing'}", path=str(path))
    chain = tuple(base64.b64decode(der) for der in found["chain"])
    return UserFile(chain, found["key"], lock)


def read_limited(path: Path) -> bytes:
    """The contents of a file. Raises Problem: it cannot be read, or is larger than LARGEST."""
    try:
        if not path.is_file():  # a device or a pipe would have no end
            raise Problem("certificates.missing", path=str(path))
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise Problem("certificates.unreadable", path=str(path), reason=reason_of(error)) from error
    if len(data) > LARGEST:
        raise Problem("certificates.too_large", path=str(path), most=LARGEST)
    return data


def _asked(data: bytes, password: str | None, lock: str, path: Path) -> dict[str, Any]:
    """The parsing process's answer to this request. Raises Problem: none came in time."""
    request = {"data": base64.b64encode(data).decode(), "password": password, "lock": lock}
    if not sys.executable or getattr(sys, "frozen", False):  # no Python to run it with
        from workbench.certificates import parse_child

        return parse_child.answer(request)
    program = Path(__file__).with_name("parse_child.py")
    try:
        process = subprocess.Popen(
            [sys.executable, "-P", str(program)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is meant for this program, which ends the child
        )
    except OSError as error:
        raise Problem("certificates.no_process", reason=reason_of(error)) from error
    try:
        return _answer(process, json.dumps(request).encode() + b"\n", path)
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def _answer(process: subprocess.Popen[bytes], request: bytes, path: Path) -> dict[str, Any]:
    assert process.stdout is not None
    given_up = threading.Timer(_BEGINS, process.kill)
    given_up.start()
    ready = process.stdout.readline()
    given_up.cancel()
    try:
        output, _ = process.communicate(request, SECONDS if ready else None)
        found = json.loads(output)
    except (subprocess.TimeoutExpired, ValueError, BrokenPipeError):
        if not ready:
            reason = f"exit status {process.wait()}"
            raise Problem("certificates.no_process", reason=reason) from None
        raise Problem(
            "certificates.takes_too_long", path=str(path), seconds=f"{SECONDS:g}"
        ) from None
    return dict(found)
