"""Names that a test's own resolver knows: the one thing that is not real, the sockets are."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence

import pytest


def lead(monkeypatch: pytest.MonkeyPatch, known: Mapping[str, Sequence[str]]) -> None:
    """Have getaddrinfo() answer for these names with these addresses; for others as ever."""
    real = socket.getaddrinfo

    def answer(host: str, port: int, family: int = 0, kind: int = 0, *more: int) -> object:
        if host not in known:
            return real(host, port, family, kind, *more)
        found = [
            (socket.AF_INET6, (each, port, 0, 0)) if ":" in each else (socket.AF_INET, (each, port))
            for each in known[host]
        ]
        return [(its, kind, 0, "", sockaddr) for its, sockaddr in found if family in {0, its}]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
