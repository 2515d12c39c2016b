"""socket() as the settings say, made here or handed over by somebody else."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable

import pytest

from tests.engine.conftest import Do, Rows
from workbench.engine.model import commands as c
from workbench.engine.model.options import numbers
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.sockets.socket_factory import HERE, Maker
from workbench.session import Session
from workbench.texts import Problem

SETTINGS = EndpointSettings("it", Role.LISTENER, address="127.0.0.1:0", protocol=6)


def test_family_and_type_are_this_systems_numbers() -> None:
    assert numbers(SETTINGS) == (socket.AF_INET, socket.SOCK_STREAM)
    assert HERE.note is None


def test_a_socket_that_was_handed_over_is_used_and_said_so(
    session: Session, do: Do, rows: Rows
) -> None:
    made: list[socket.socket] = []

    def make(family: int, type_: int, protocol: int) -> socket.socket:
        made.append(socket.socket(family, type_, protocol))
        return made[-1]

    session.add(SETTINGS, Maker(make, "private_network"))
    assert do(c.Start("it")).ok
    first = rows("it")[0]
    assert (first.call, first.args, first.result) == (
        "socket",
        "AF_INET, SOCK_STREAM, 6",
        made[0].fileno(),
    )
    assert [row.call for row in rows("it", "note")] == ["private_network"]


def refuses(*_: int) -> socket.socket:
    raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))


def never_asks(*_: int) -> socket.socket:
    raise Problem("namespace.gone")


@pytest.mark.parametrize(("make", "logged"), [(refuses, [("socket", "EMFILE")]), (never_asks, [])])
def test_a_call_that_failed_is_a_row_and_one_that_was_never_made_is_none(
    session: Session,
    do: Do,
    rows: Rows,
    make: Callable[..., socket.socket],
    logged: list[tuple[str, str]],
) -> None:
    session.add(SETTINGS, Maker(make))
    outcome = do(c.Start("it"))
    assert not outcome.ok
    assert [(row.call, row.errno) for row in rows("it")] == logged
    assert (outcome.problem is not None) is (not logged)
