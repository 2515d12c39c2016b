"""Senders: what is equal in all rows of one sender, and only in those."""

from __future__ import annotations

import socket

import pytest

from workbench.engine.model.address import SockAddress
from workbench.engine.sockets.senders import REMEMBERED, Senders

ASKED = "65536, MSG_TRUNC"


def test_a_sender_s_rows_share_one_shape() -> None:
    senders = Senders(1, 2, socket.AF_INET)
    first = senders.shape(("127.0.0.1", 7), ASKED)
    assert first == (1, 2, "recvfrom", ASKED, "127.0.0.1:7")
    assert senders.shape(("127.0.0.1", 7), ASKED) is first
    assert senders.shape(("127.0.0.1", 8), ASKED)[4] == "127.0.0.1:8"
    assert senders.shape(("127.0.0.1", 7), "9")[3:] == ("9", "127.0.0.1:7")


@pytest.mark.parametrize(
    ("family", "address", "shown"),
    [
        (socket.AF_INET6, ("::1", 7, 0, 0), "[::1]:7"),
        (getattr(socket, "AF_UNIX", socket.AF_INET), "/run/there", "/run/there"),
        (getattr(socket, "AF_UNIX", socket.AF_INET), "", None),
        (getattr(socket, "AF_UNIX", socket.AF_INET), None, None),
    ],
)
def test_addresses_of_every_family(family: int, address: SockAddress, shown: str | None) -> None:
    senders = Senders(1, 2, family)
    assert senders.shape(address, ASKED)[4] == shown
    assert senders.shape(address, ASKED)[4] == shown


def test_the_name_of_an_interface_is_asked_for_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    senders = Senders(1, 2, socket.AF_INET6)
    for name in ("eth0", "lan"):
        monkeypatch.setattr(socket, "if_indextoname", lambda _index, name=name: name)
        assert senders.shape(("fe80::1", 7, 0, 3), ASKED)[4] == f"[fe80::1%{name}]:7"


def test_more_senders_than_are_remembered_are_told_apart_all_the_same() -> None:
    senders = Senders(1, 2, socket.AF_INET)
    for _ in range(2):
        for port in range(1, REMEMBERED + 50):
            assert senders.shape(("127.0.0.1", port), ASKED)[4] == f"127.0.0.1:{port}"
