"""LayerFiles: which files the layers of an endpoint read and write, as its surroundings say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import NamedTuple, Protocol

Ask = Callable[[], str]
"""Asks for the password of a key. Raises Problem: there is none."""


class Loadable(Protocol):
    """What `ssl.SSLContext.load_cert_chain` takes: files in PEM, and whom to ask for a password."""

    @property
    def chain(self) -> Path: ...
    @property
    def key(self) -> Path: ...
    @property
    def password(self) -> Ask: ...


class LayerFiles(Protocol):
    """What the names in settings stand for."""

    def to_show(
        self, cert: str, key: str | None, password: Ask
    ) -> AbstractContextManager[Loadable]:
        """A certificate and its key; there as long as the block runs. Raises Problem."""

    def trusted_file(self, value: str) -> Path:
        """Whom to believe. Raises Problem."""

    def keylog_file(self, name: str) -> Path:
        """Where a key log is to be: a bare name stands beside the record."""


class _Pair(NamedTuple):
    chain: Path
    key: Path
    password: Ask


class PlainFiles:
    """Each name is the path of a file."""

    @contextmanager
    def to_show(self, cert: str, key: str | None, password: Ask) -> Iterator[Loadable]:
        yield _Pair(Path(cert), Path(cert if key is None else key), password)

    def trusted_file(self, value: str) -> Path:
        return Path(value)

    def keylog_file(self, name: str) -> Path:
        return Path(name)
