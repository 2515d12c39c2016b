"""Address fields ↔ addresses, reply choices ↔ responders."""

from __future__ import annotations

import pytest

from workbench.engine.model.settings import Role
from workbench.texts import Problem
from workbench.viewmodel import address_form
from workbench.viewmodel.address_form import Where


@pytest.mark.parametrize(
    ("where", "spec"),
    [
        (Where("AF_INET", "SOCK_STREAM", "127.0.0.1", "80"), "127.0.0.1:80"),
        (Where("AF_INET6", "SOCK_STREAM", "::1", "80"), "[::1]:80"),
        (Where("AF_INET6", "SOCK_STREAM", "[::1]", "80"), "[::1]:80"),
        (Where("AF_UNIX", "SOCK_STREAM", "temp:x", ""), "temp:x"),
        (Where("AF_INET", "SOCK_DGRAM", "@server-1", "x"), "@server-1"),
    ],
)
def test_join(where: Where, spec: str) -> None:
    assert address_form.join_address(where, bind=True) == spec


@pytest.mark.parametrize(
    "where",
    [
        Where("AF_INET", "SOCK_STREAM", "", "80"),
        Where("AF_INET", "SOCK_STREAM", "::1", "80"),
        Where("AF_INET", "SOCK_STREAM", "127.0.0.1", "http"),
        Where("AF_UNIX", "SOCK_STREAM", "", ""),
        Where("AF_UNIX", "SOCK_STREAM", "/" + "x" * 200, ""),
    ],
)
def test_bad_addresses_are_explained(where: Where) -> None:
    with pytest.raises(Problem) as caught:
        address_form.join_address(where, bind=True)
    assert caught.value.text


@pytest.mark.parametrize(
    ("spec", "parts"),
    [
        ("127.0.0.1:80", ("127.0.0.1", "80")),
        ("[::1]:80", ("::1", "80")),
        ("@a", ("@a", "")),
        ("/tmp/x", ("/tmp/x", "")),
        ("../x.sock", ("../x.sock", "")),
        ("a/x:1", ("a/x:1", "")),
        ("abstract:a", ("abstract:a", "")),
    ],
)
def test_split(spec: str, parts: tuple[str, str]) -> None:
    assert address_form.split_address(spec) == parts


def test_roles() -> None:
    assert address_form.role_of("SOCK_STREAM", server=True) is Role.LISTENER
    assert address_form.role_of("SOCK_SEQPACKET", server=False) is Role.STREAM
    assert address_form.role_of("SOCK_DGRAM", server=True) is Role.DATAGRAM
