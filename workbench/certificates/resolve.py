"""Finds the files that `cert`, `key` and `ca` of an endpoint name: test:NAME, or the user's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import Final, NoReturn

from workbench.certificates.certificate_sets import files_of, root_file
from workbench.certificates.kinds import KNOWN, PREFIX, ROOT, CertificateKind
from workbench.certificates.user_files import AskPassword, UserFile, read_limited, read_user_file
from workbench.frozen import dataclass
from workbench.journal.private import PrivateFolder
from workbench.texts import Problem

_PEM: Final = b"-----BEGIN "


@dataclass(frozen=True, slots=True)
class ShownCertificate:
    """The arguments of `ssl.SSLContext.load_cert_chain`, in its order.

    Attributes:
        chain, key: files in PEM. password: never None, since without one OpenSSL would ask at the
            terminal itself (SSL_CTX_set_default_passwd_cb(3)).
    """

    chain: Path
    key: Path
    password: AskPassword


def check_name(value: str) -> None:
    """Check that a name is known before anything starts; files are not looked for.

    Raises:
        Problem: test:NAME with a name that is not known.
    """
    if value.startswith(PREFIX) and value.removeprefix(PREFIX) not in KNOWN:
        _unknown(value)


def trusted_file(value: str) -> Path:
    """The PEM file of what is to be trusted: `ca`.

    test:root is the root of most kinds; test:self, test:untrusted and the like name what would have
    to be trusted for that kind to be valid.

    Raises:
        Problem: there is no such name or file, or it cannot be created.
    """
    if not value.startswith(PREFIX):
        path = Path(value).expanduser()
        if _PEM not in read_limited(path):
            raise Problem("certificates.not_pem", path=value)
        return path
    name = value.removeprefix(PREFIX)
    return root_file() if name == ROOT else files_of(_kind(value)).trusted


@contextmanager
def to_show(
    cert: str, key: str | None = None, password: AskPassword | None = None
) -> Iterator[ShownCertificate]:
    """The certificate to show, with its key; its files exist as long as the block runs.

    Args:
        cert: test:NAME, or a file in PEM, DER or PKCS#12.
        key: a file; None: it is in the file of `cert`.
        password: called for the password when the key is encrypted.

    Raises:
        Problem: there is no such name or file, it cannot be made, or has not what it is to have.
    """
    ask = password or _nobody
    if cert.startswith(PREFIX):
        files = files_of(_kind(cert))
        chain, own_key = files.chain, files.key
    else:
        chain = own_key = Path(cert).expanduser()
    shown_key = own_key if key is None else Path(key).expanduser()
    if _is_plain(chain, b"CERTIFICATE-----") and _is_plain(shown_key, b"PRIVATE KEY-----"):
        yield ShownCertificate(chain, shown_key, ask)
        return
    shown = read_user_file(chain, ask)
    with _unlocked(shown, shown if shown_key == chain else read_user_file(shown_key, ask)) as it:
        yield it


def _is_plain(path: Path, what: bytes) -> bool:
    """Whether ssl can load it as it is: PEM with nothing encrypted, since deriving a key from a
    password may take long.
    """
    data = read_limited(path)
    return what in data and _PEM in data and b"ENCRYPTED" not in data


@contextmanager
def _unlocked(shown: UserFile, keyed: UserFile) -> Iterator[ShownCertificate]:
    """A certificate and its key as files, the key encrypted under a one-time password; they are
    deleted afterwards. Raises Problem: one of them is missing.
    """
    import ssl

    if not shown.chain:
        raise Problem("certificates.no_certificate")
    if keyed.key is None:
        raise Problem("certificates.no_key")
    with PrivateFolder(kind="key-") as folder:
        chain, key = folder.path / "chain.pem", folder.path / "key.pem"
        pem = "".join(ssl.DER_cert_to_PEM_cert(der) for der in shown.chain)
        for path, text in ((chain, pem), (key, keyed.key)):
            flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
            with os.fdopen(os.open(path, flags, 0o600), "w", encoding="ascii") as file:
                file.write(text)
        yield ShownCertificate(chain, key, lambda: keyed.lock)


def _kind(value: str) -> CertificateKind:
    name = value.removeprefix(PREFIX)
    if name == ROOT:
        raise Problem("certificates.root_is_not_shown", value=value)
    try:
        return CertificateKind(name)
    except ValueError:
        _unknown(value)


def _unknown(value: str) -> NoReturn:
    near = (*get_close_matches(value.removeprefix(PREFIX), KNOWN, 1), CertificateKind.GOOD.value)[0]
    known = ", ".join(PREFIX + name for name in KNOWN)
    raise Problem("certificates.unknown", value=value, near=PREFIX + near, known=known)


def _nobody() -> NoReturn:
    raise Problem("certificates.no_password")
