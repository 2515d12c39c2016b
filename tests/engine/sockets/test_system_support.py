"""What this system can make is tried, not assumed."""

from __future__ import annotations

import socket

import pytest

from workbench.engine.model.options import UNSPECIFIED
from workbench.engine.sockets import system_support


@pytest.fixture(autouse=True)
def _tried_anew() -> None:
    system_support.why_no_socket.cache_clear()


@pytest.mark.parametrize("type_", ["SOCK_STREAM", "SOCK_DGRAM"])
def test_what_there_is_lacks_nothing(type_: str) -> None:
    assert system_support.why_no_socket("AF_INET", type_) is None


def test_a_kind_that_the_kernel_refuses_is_named_with_its_reason() -> None:
    problem = system_support.why_no_socket(
        "AF_INET", "SOCK_SEQPACKET"
    )  # socket(2): EPROTONOSUPPORT …
    assert problem is not None
    assert "AF_INET, SOCK_SEQPACKET" in str(problem)


def test_one_that_python_does_not_know_is_refused_in_words() -> None:
    assert system_support.why_no_socket("AF_NOWHERE") is not None


def test_either_family_is_for_streams_alone() -> None:
    assert system_support.why_no_socket(UNSPECIFIED) is None
    problem = system_support.why_no_socket(UNSPECIFIED, "SOCK_DGRAM")
    assert problem is not None
    assert problem.key == "engine.family_needed"


def test_an_address_of_nobody_here_is_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not system_support.has_ipv6_address("2001:db8::1")  # RFC 3849: documentation's
    if system_support.has_ipv6_address("::1"):
        assert system_support.has_ipv6_address("::ffff:127.0.0.1")

    def refused(*_arguments: object) -> socket.socket:
        raise OSError

    monkeypatch.setattr(socket, "socket", refused)
    assert not system_support.has_ipv6_address("::1")
