"""What `cert`, `key` and `ca` of an endpoint name, as files for ssl: test:NAME, or the user's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import NoReturn

from workbench.certificates.certificate_sets import files_of, root_file
from workbench.certificates.kinds import KNOWN, PREFIX, ROOT, Kind
from workbench.texts import Problem

AskPassword = Callable[[], str]
"""Asks for the password of a key. Raises Problem: there is none, or nobody answers."""


@dataclass(frozen=True, slots=True)
class Loadable:
    """What `ssl.SSLContext.load_cert_chain` takes, in its order.

    Attributes:
        chain, key: files in PEM. password: never None: without one OpenSSL would ask on the
            terminal itself (SSL_CTX_set_default_passwd_cb(3)).
    """

    chain: Path
    key: Path
    password: AskPassword


def check_name(value: str) -> None:
    """Say whether there is such a certificate, before anything starts; files are not looked for.

    Raises:
        Problem: test:NAME with a name that is not known.
    """
    if value.startswith(PREFIX) and value.removeprefix(PREFIX) not in KNOWN:
        _unknown(value)


def trusted_file(value: str) -> Path:
    """The file in PEM of what is to be trusted: `ca`.

    test:root is the root of most; test:self, test:untrusted and the like name what would have to
    be trusted for that one to be right.

    Raises:
        Problem: there is no such name or file, or it cannot be made.
    """
    if not value.startswith(PREFIX):
        return _existing(value)
    name = value.removeprefix(PREFIX)
    return root_file() if name == ROOT else files_of(_kind(value)).trusted


@contextmanager
def to_show(
    cert: str, key: str | None = None, password: AskPassword | None = None
) -> Iterator[Loadable]:
    """The certificate that is shown, with its key; its files are there as long as the block runs.

    Args:
        cert: test:NAME, or a file in PEM. key: a file; None: it stands in that of `cert`.
        password: asked for when the key is encrypted.

    Raises:
        Problem: there is no such name or file, or it cannot be made.
    """
    ask = password or _nobody
    if cert.startswith(PREFIX):
        files = files_of(_kind(cert))
        yield Loadable(files.chain, files.key if key is None else _existing(key), ask)
        return
    chain = _existing(cert)
    yield Loadable(chain, chain if key is None else _existing(key), ask)


def _kind(value: str) -> Kind:
    name = value.removeprefix(PREFIX)
    if name == ROOT:
        raise Problem("certificates.root_is_not_shown", value=value)
    try:
        return Kind(name)
    except ValueError:
        _unknown(value)


def _unknown(value: str) -> NoReturn:
    near = (*get_close_matches(value.removeprefix(PREFIX), KNOWN, 1), Kind.GOOD.value)[0]
    known = ", ".join(PREFIX + name for name in KNOWN)
    raise Problem("certificates.unknown", value=value, near=PREFIX + near, known=known)


def _existing(value: str) -> Path:
    path = Path(value).expanduser()
    if not path.is_file():
        raise Problem("certificates.missing", path=value)
    return path


def _nobody() -> NoReturn:
    raise Problem("certificates.no_password")
