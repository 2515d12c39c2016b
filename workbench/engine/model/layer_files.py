"""LayerFiles: the certificates, keys and key logs that layers read and write."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from workbench.named_tuple import NamedTuple

Ask = Callable[[], str]
"""Asks for the password of a key. Raises Problem: there is none."""


class Loadable(Protocol):
    """The arguments of `ssl.SSLContext.load_cert_chain`: PEM files and a password callback."""

    @property
    def chain(self) -> Path: ...
    @property
    def key(self) -> Path: ...
    @property
    def password(self) -> Ask: ...


class LayerFiles(Protocol):
    """Finds the files that the names in settings stand for."""

    def to_show(
        self, cert: str, key: str | None, password: Ask
    ) -> AbstractContextManager[Loadable]:
        """The certificate to show, with its key, as files that exist while the block runs. Raises
        Problem.
        """

    def trusted_file(self, value: str) -> Path:
        """The file of the roots to trust. Raises Problem."""

    def keylog_file(self, name: str) -> Path:
        """The path for a key log; a bare file name is placed beside the record."""


class _Pair(NamedTuple):
    chain: Path
    key: Path
    password: Ask


class PlainFiles:
    """Takes each name as the path of a file."""

    @contextmanager
    def to_show(self, cert: str, key: str | None, password: Ask) -> Iterator[Loadable]:
        yield _Pair(Path(cert), Path(cert if key is None else key), password)

    def trusted_file(self, value: str) -> Path:
        return Path(value)

    def keylog_file(self, name: str) -> Path:
        return Path(name)
