"""Options by family and type, against the kernel's own knowledge of them."""

from __future__ import annotations

import socket
import sys

import pytest

from workbench.engine.model.options import (
    OPTIONS,
    Option,
    encode,
    level_name,
    multicast_request,
    unfit,
)
from workbench.texts import Problem


@pytest.mark.parametrize(("family", "kind"), [
    ("AF_INET", "SOCK_STREAM"), ("AF_INET", "SOCK_DGRAM"), ("AF_INET6", "SOCK_STREAM"),
    ("AF_UNIX", "SOCK_STREAM"), ("AF_UNIX", "SOCK_DGRAM"),
])  # fmt: skip
def test_the_kernel_knows_what_is_offered(family: str, kind: str) -> None:
    """What is not greyed has a value that getsockopt() can read."""
    if not hasattr(socket, family):
        pytest.skip(f"no {family} here")
    offered = [name for name in OPTIONS if unfit(name, family, kind) is None]
    with socket.socket(getattr(socket, family), getattr(socket, kind)) as sock:
        unknown = []
        for name in offered:
            option = OPTIONS[name]
            assert option.number is not None
            try:
                sock.getsockopt(option.level, option.number, option.size or 4)
            except OSError as error:
                unknown.append((name, error.errno))
    assert not unknown


@pytest.mark.parametrize("name", [name for name, option in OPTIONS.items() if option.read_only])
def test_what_can_only_be_read_is_not_offered(name: str) -> None:
    """setsockopt() agrees, where this system has the option."""
    assert unfit(name, "AF_INET", "SOCK_STREAM") is not None
    option = OPTIONS[name]
    if option.number is None:
        pytest.skip(f"no {name} here")
    with socket.socket() as sock, pytest.raises(OSError):  # noqa: PT011 - any errno
        sock.setsockopt(option.level, option.number, 1)


def test_what_belongs_to_another_kind_of_socket_says_so() -> None:
    assert "TCP" in str(unfit("TCP_NODELAY", "AF_INET", "SOCK_DGRAM"))
    assert "IPv6" in str(unfit("IPV6_V6ONLY", "AF_INET", "SOCK_STREAM"))
    assert "IPv4" in str(unfit("IP_TTL", "AF_INET6", "SOCK_STREAM"))
    assert "datagram" in str(unfit("SO_BROADCAST", "AF_INET", "SOCK_STREAM"))
    assert "Unix" in str(unfit("SO_REUSEADDR", "AF_UNIX", "SOCK_STREAM"))


@pytest.mark.parametrize("name", ["none-such", "eth0\0", "\0"])
def test_an_interface_that_there_is_not_is_named(name: str) -> None:
    """For what is sent to a group, and for who joins one; Python refuses a NUL by itself."""
    with pytest.raises(Problem, match="no network interface"):
        encode(OPTIONS["IP_MULTICAST_IF"], name)
    for family, group in (("AF_INET", "239.1.1.1"), ("AF_INET6", "ff02::1")):
        with pytest.raises(Problem, match="no network interface"):
            multicast_request(group, name, family, join=True)


@pytest.mark.parametrize("option", OPTIONS.values(), ids=OPTIONS)
def test_an_option_is_spelt_as_python_and_the_man_page_spell_it(option: Option) -> None:
    """Misspelt, it would be "missing on this system" everywhere, and nobody would notice."""
    linux = sys.platform == "linux"
    if linux and option.name != "SO_EXCLUSIVEADDRUSE":
        assert option.number is not None, f"Python's socket module has no {option.name}"
    prefix = {"IPPROTO_TCP": "TCP", "IPPROTO_IP": "IP", "IPPROTO_IPV6": "IPV6"}
    wanted = prefix.get(level_name(option), "SO")
    assert option.name.startswith(f"{wanted}_"), f"{option.name} stands under another level"
