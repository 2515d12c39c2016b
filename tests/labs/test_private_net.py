"""PrivateNet: sockets of another network namespace, and what becomes of its helper."""

from __future__ import annotations

import os
import select
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.words import untranslated
from workbench.engine.model import commands as c
from workbench.engine.model.events import CALL, NOTE
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.labs import listen_queue, private_net
from workbench.labs.private_net import PrivateNet
from workbench.session import Session
from workbench.texts import LANGUAGES, Problem, set_language

needed = pytest.mark.skipif(sys.platform != "linux", reason="network namespaces are Linux's")


@pytest.fixture
def net() -> Iterator[PrivateNet]:
    made = PrivateNet()
    try:
        made.start()
    except Problem as problem:
        pytest.skip(problem.text)
    yield made
    made.close()


def helper_of(net: PrivateNet) -> int:
    assert net._helper is not None
    return net._helper.pid


@needed
def test_a_socket_from_there_is_in_another_network(net: PrivateNet) -> None:
    with net.maker.make(socket.AF_INET, socket.SOCK_STREAM, 0) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        address = listener.getsockname()
        assert not os.get_inheritable(listener.fileno())
        with socket.socket() as outside, pytest.raises(ConnectionRefusedError):
            outside.connect(address)
        with net.maker.make(socket.AF_INET, socket.SOCK_STREAM, 0) as inside:
            inside.connect(address)
            (waiting,) = listen_queue.unaccepted(f"127.0.0.1:{address[1]}", net.proc) or ()
            assert waiting.address == f"127.0.0.1:{inside.getsockname()[1]}"
            assert listen_queue.unaccepted(f"127.0.0.1:{address[1]}") == ()


@needed
def test_what_is_set_there_is_not_set_here(net: PrivateNet) -> None:
    own = Path("/proc/sys/net/ipv4/tcp_abort_on_overflow").read_text()
    try:
        net.reset_on_overflow()
    except Problem as problem:
        pytest.skip(problem.text)
    assert Path("/proc/sys/net/ipv4/tcp_abort_on_overflow").read_text() == own
    assert net.somaxconn() > 0


@needed
def test_it_counts_from_nothing(net: PrivateNet) -> None:
    assert listen_queue.counters(net.proc) == (0, 0)


@needed
def test_a_call_that_fails_there_fails_as_here(net: PrivateNet) -> None:
    with pytest.raises(OSError, match="not supported") as here:
        socket.socket(socket.AF_INET, socket.SOCK_STREAM, 17)
    with pytest.raises(OSError, match="not supported") as there:
        net.maker.make(socket.AF_INET, socket.SOCK_STREAM, 17)
    assert (type(there.value), there.value.errno) == (type(here.value), here.value.errno)


def record(session: Session, net: PrivateNet, **wishes: Any) -> list[Any]:
    """Start a listener of that network; its calls and notes."""
    session.add(EndpointSettings("s", Role.LISTENER, address="127.0.0.1:0", **wishes), net.maker)
    session.perform(c.Start("s")).wait(60)
    session.journal.flush()
    reader = session.journal.reader()
    try:
        rows = reader.rows(list(range(1, session.journal.committed + 1)))
    finally:
        reader.close()
    return [row for row in rows if row.endpoint == "s" and row.kind in {CALL, NOTE}]


@needed
def test_the_record_holds_one_socket_call_and_says_where(net: PrivateNet, session: Session) -> None:
    made, note, *rest = record(session, net)
    assert (made.call, made.kind, made.args) == ("socket", CALL, "AF_INET, SOCK_STREAM")
    assert Path(f"/proc/self/fd/{made.result}").exists()
    assert (note.call, note.kind, note.connection) == ("private_network", NOTE, made.connection)
    assert [row.call for row in rest] == ["bind", "listen"]


@needed
def test_a_failed_call_is_a_row_too(net: PrivateNet, session: Session) -> None:
    rows = record(session, net, protocol=17)
    assert [(row.call, row.errno) for row in rows] == [("socket", "EPROTONOSUPPORT")]


@needed
def test_without_its_helper_no_call_is_claimed(net: PrivateNet, session: Session) -> None:
    helper = helper_of(net)
    os.kill(helper, signal.SIGKILL)
    assert record(session, net) == []  # nobody made that call
    with pytest.raises(Problem) as problem:
        net.somaxconn()
    assert problem.value.key == "namespace.gone"


@needed
def test_closing_ends_the_helper_and_not_its_sockets(net: PrivateNet) -> None:
    ended = os.pidfd_open(helper_of(net))
    with net.maker.make(socket.AF_INET, socket.SOCK_STREAM, 0) as made:
        net.close()
        assert select.select([ended], [], [], 20)[0]
        made.bind(("127.0.0.1", 0))
    os.close(ended)
    net.close()


@needed
def test_a_rule_replaces_the_one_before(net: PrivateNet) -> None:
    with net.maker.make(socket.AF_INET, socket.SOCK_STREAM, 0) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        try:
            net.firewall(listener.getsockname()[1], 0)
        except Problem as problem:
            pytest.skip(problem.text)
        with (
            net.maker.make(socket.AF_INET, socket.SOCK_STREAM, 0) as client,
            pytest.raises(ConnectionRefusedError),
        ):
            client.connect(listener.getsockname())
        assert net.rejected() == 1
        net.firewall(listener.getsockname()[1], 1)
        assert net.rejected() == 0
        with net.maker.make(socket.AF_INET, socket.SOCK_STREAM, 0) as client:
            client.connect(listener.getsockname())
    with pytest.raises(Problem) as refused:
        net.firewall(70000, 1)
    assert refused.value.key == "namespace.nft"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "said",
    [
        "unshare 28 ",
        "unshare 1 ",
        "unshare 22 ",
        "unshare 38 ",
        "unshare 16 ",
        "uid_map 1 ",
        "loopback 1 ",
        "sysctl 30 net.ipv4.tcp_abort_on_overflow",
        "no_nft 0 ",
        "nft 0 Error: no such thing",
        "",
        "request 0 what",
    ],
)
def test_each_refusal_has_its_sentence(said: str, language: str) -> None:
    problem = private_net._refusal(said)
    assert isinstance(problem, Problem)
    set_language(language)
    try:
        assert "{" not in problem.text
        assert ("ENOSPC" in problem.text) is said.startswith("unshare 28")
        if language == "zh_CN":
            assert not untranslated(problem.text, also=r"Error: no such thing|net\.ipv4\.\w+")
    finally:
        set_language("en")
