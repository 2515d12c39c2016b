"""The files of the test certificates: made when first needed, renewed in time.

    STATE/certificates/NUMBER/   one set, 0700, its files 0600; the highest number is the one used
        until                    when it is to be renewed, in seconds since 1970
        root.pem root-key.pem    the root, which the next set takes over while it is good for long
        KIND.pem KIND-key.pem KIND-ca.pem      what is sent, its key, and what is to be trusted

A set appears as a whole, by a rename: of two programs that make one at once the second finds that
there is one, and takes that.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from workbench.certificates.kinds import ROOT, CertificateKind
from workbench.frozen import dataclass
from workbench.resources import state_dir
from workbench.texts import Problem, reason_of

if TYPE_CHECKING:
    from workbench.certificates.issuing import Issuer

_UNTIL: Final = "until"
_BEGUN: Final = "new-"
"""How the folder of a set begins while it is made."""
_RENEWED: Final = timedelta(days=30)
"""How long before its end a set is renewed: whoever is using it can go on with it."""
_ABANDONED: Final = 3600.0
"""Seconds after which a set that is still being made is one of a program that was killed."""
_KEPT: Final = 2
"""Sets: the one before may still be in use."""
_TRIES: Final = 100


@dataclass(frozen=True, slots=True)
class CertificateFiles:
    """The PEM files of one kind of test certificate.

    Attributes:
        chain: the certificates that are sent, the end-entity certificate first.
        key: its private key, unencrypted.
        trusted: what a peer has to trust for the chain to be valid.
    """

    chain: Path
    key: Path
    trusted: Path


def files_of(kind: CertificateKind, place: Path | None = None) -> CertificateFiles:
    """The files of one kind, created if they are missing.

    `place`: used in place of the user's state directory.

    Raises:
        Problem: they cannot be written.
    """
    folder = _current(place)
    return CertificateFiles(
        folder / f"{kind}.pem", folder / f"{kind}-key.pem", folder / f"{kind}-ca.pem"
    )


def root_file(place: Path | None = None) -> Path:
    """The path of the root, created if it is missing. Raises Problem: it cannot be written."""
    return _current(place) / f"{ROOT}.pem"


def _current(place: Path | None) -> Path:
    """The set in use now."""
    parent = state_dir() / "certificates" if place is None else place
    try:
        parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for _ in range(_TRIES):
            sets = _sets(parent)
            if sets and _is_good(sets[-1]):
                return sets[-1]
            _make_next(parent, sets)
    except OSError as error:
        raise Problem(
            "certificates.cannot_make", path=str(parent), reason=reason_of(error)
        ) from error
    raise Problem("certificates.never_good", path=str(parent))  # others remove each at once


def _sets(parent: Path) -> list[Path]:
    """The complete sets of certificates, the oldest first. Raises OSError."""
    return sorted((one for one in parent.iterdir() if one.name.isdecimal()), key=_number)


def _number(folder: Path) -> int:
    return int(folder.name)


def _is_good(folder: Path) -> bool:
    """Whether the set is complete and not yet due for renewal."""
    try:
        until = int((folder / _UNTIL).read_text(encoding="ascii"))
        names = {one.name for one in folder.iterdir()}
    except (OSError, ValueError):
        return False
    return time.time() < until and _names() <= names


def _names() -> set[str]:
    kinds = {f"{kind}{what}.pem" for kind in CertificateKind for what in ("", "-key", "-ca")}
    return {f"{ROOT}.pem", f"{ROOT}-key.pem", *kinds}


def _make_next(parent: Path, sets: list[Path]) -> None:
    """Make the next set after these, unless another process was faster. Raises OSError."""
    number = _number(sets[-1]) + 1 if sets else 1
    made = Path(tempfile.mkdtemp(prefix=_BEGUN, dir=parent))  # 0700
    try:
        _fill(made, sets)
        try:
            made.rename(parent / str(number))
        except OSError as error:
            if error.errno not in (errno.EEXIST, errno.ENOTEMPTY, errno.EACCES):  # rename(2)
                raise
            if not (parent / str(number)).is_dir():
                raise
    finally:
        shutil.rmtree(made, ignore_errors=True)  # after a successful rename it no longer exists
    _tidy(parent)


def _fill(folder: Path, before: list[Path]) -> None:
    """Write a whole set. Raises OSError."""
    from workbench.certificates import issuing  # importing it imports `cryptography`

    now = datetime.now(UTC)
    root = _root_of(before, now) or issuing.new_root(now)
    _write(folder / f"{ROOT}.pem", issuing.certificate_pem(root))
    _write(folder / f"{ROOT}-key.pem", issuing.key_pem(root.key))
    for kind, one in issuing.issued(root, now):
        _write(folder / f"{kind}.pem", one.chain)
        _write(folder / f"{kind}-key.pem", one.key)
        _write(folder / f"{kind}-ca.pem", one.trusted)
    until = now + timedelta(days=issuing.LEAF_DAYS) - _RENEWED
    _write(folder / _UNTIL, str(int(until.timestamp())).encode())


def _root_of(sets: list[Path], now: datetime) -> Issuer | None:
    """The root of the newest set, if it outlives the certificates it is to sign, so that whoever
    trusts it need not do so again.
    """
    from workbench.certificates import issuing

    for folder in reversed(sets):
        with suppress(OSError, ValueError):
            root = issuing.read_root(
                (folder / f"{ROOT}.pem").read_bytes(), (folder / f"{ROOT}-key.pem").read_bytes()
            )
            if root.certificate.not_valid_after_utc - now > timedelta(days=2 * issuing.LEAF_DAYS):
                return root
    return None


def _write(path: Path, data: bytes) -> None:
    """Write a new file that only its owner may read. Raises OSError: the file exists."""
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        file.write(data)


def _tidy(parent: Path) -> None:
    """Remove sets that are no longer used, and what a killed process left half made."""
    for old in _sets(parent)[:-_KEPT]:
        shutil.rmtree(old, ignore_errors=True)
    for begun in parent.glob(f"{_BEGUN}*"):
        with suppress(OSError):
            if time.time() - begun.stat().st_mtime > _ABANDONED:
                shutil.rmtree(begun, ignore_errors=True)
