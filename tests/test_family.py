"""No text speaks of what its kind of socket does not have, in either language."""

from __future__ import annotations

import re
import socket
import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from itertools import product
from pathlib import Path

import pytest

from workbench.engine.model.errors import CLASSES, describe, explained
from workbench.engine.model.family import (
    ABSTRACT,
    PATH,
    TCP,
    SocketKind,
    error_text,
    fitting,
    form_of,
    kind_of,
)
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.snapshot import ConnectionSnapshot, Waiting
from workbench.engine.model.ticket import Outcome
from workbench.explain.evidence import Abandoned, Evidence, Hollow, Story
from workbench.explain.explain import explain, what_failed
from workbench.journal.reader import Row
from workbench.scenario.outcome import failure_text
from workbench.texts import LANGUAGES, catalogue, set_language, tr
from workbench.viewmodel.silence import reason, why_silent

V6, UDP = SocketKind("AF_INET6"), SocketKind(type="SOCK_DGRAM")
UNIX_FILE = SocketKind("AF_UNIX", address=PATH)
STREAM, MESSAGES, DATAGRAM = "SOCK_STREAM", "SOCK_SEQPACKET", "SOCK_DGRAM"
KINDS = (
    *(
        SocketKind(family, type_)
        for family in ("AF_INET", "AF_INET6")
        for type_ in (STREAM, DATAGRAM)
    ),
    *(
        SocketKind("AF_UNIX", type_, address)
        for type_ in (STREAM, MESSAGES, DATAGRAM)
        for address in ("", PATH, ABSTRACT)
    ),
)
NOT_UNIX = (
    r"firewall|防火墙|TIME_WAIT|\bports?\b|端口|\bSYN\b|\bFIN\b|\bRST\b|复位|\bpackets?\b|数据包"
    r"|\bhosts?\b|主机|\bICMP\b|\bARP\b|router|路由|network|网络|\bUDP\b|\bTCP\b|IPv|127\.0|::1"
    r"|handshake|握手|segment|retransmi|重传|\bwindow\b|窗口"
)
NOT_ABSTRACT = r"\bfiles?\b|文件|\bpaths?\b|路径|folder|目录"
NOT_DATAGRAM = (
    r"\bSYN\b|\bFIN\b|\bRST\b|\breset\b|复位|TIME_WAIT|handshake|握手|accept queue|全连接队列"
    r"|end of stream|EOF|the connection|本连接|half-close|半关闭|retransmi|重传"
)
CALLS = (
    "socket",
    "bind",
    "listen",
    "accept",
    "connect",
    "send",
    "sendto",
    "recv",
    "recvfrom",
    "shutdown",
    "close",
    "setsockopt",
    "getsockopt",
)
STREAM_CALLS = {"listen", "accept"}
ERRORS: tuple[tuple[str | None, str], ...] = (
    *((name, "OSError") for name in explained()),
    *((None, name) for name in CLASSES),
    ("EDOM", "OSError"),
)


def forbidden(kind: SocketKind) -> str:
    words = [NOT_UNIX] if kind.family == "AF_UNIX" else []
    words += [NOT_ABSTRACT] if kind.address == ABSTRACT else []
    words += [NOT_DATAGRAM] if kind.type == DATAGRAM else []
    return "|".join(words) or "(?!)"


def row(
    call: str,
    *,
    errno: str | None = None,
    error: str | None = None,
    args: str = "",
    result: int | None = 0,
) -> Row:
    return Row(
        1, 0, 0, "call", "client", 1, call, args, result, errno, error, None, None, 9, None, None
    )


def paragraphs(item: Row, evidence: Evidence) -> Iterator[str]:
    for section in explain(item, title="x", evidence=evidence).sections:
        yield from section.paragraphs


def of_events(kind: SocketKind) -> Iterator[tuple[str, str]]:
    """What is said of every call that succeeded and of every error of it."""
    known = Evidence(kind=kind)
    datagram = kind.type == DATAGRAM
    calls = [call for call in CALLS if not (datagram and call in STREAM_CALLS)]
    for call in calls:
        for args in (
            "",
            "SOL_SOCKET, SO_REUSEADDR, 1",
            "SOL_SOCKET, SO_REUSEPORT, 1",
            "SHUT_WR",
            "SHUT_RD",
            "SHUT_RDWR",
        ):
            if args and call not in {"setsockopt", "shutdown"}:
                continue
            for result in (0, 5):
                if not (datagram and result == 0 and call == "recv"):
                    yield call, " ".join(paragraphs(row(call, args=args, result=result), known))
        for errno, error in ERRORS:
            failed = row(call, errno=errno, error=error, result=None)
            yield f"{call} {errno or error}", " ".join(paragraphs(failed, known))
    for errno, error in ERRORS:
        yield f"cell {errno or error}", what_failed(row("x", errno=errno, error=error), kind)
        told = Outcome(False, errno, error)
        yield f"step {errno or error}", failure_text(told, kind).text
    for call in ("bind",) if datagram else ("bind", "listen"):
        taken = row(call, errno="EADDRINUSE", error="OSError")
        yield "holder", " ".join(paragraphs(taken, Evidence(kind=kind, holder="server-1")))
    yield "cut", " ".join(paragraphs(row("recv", args="3", result=9), known))


def of_streams(kind: SocketKind) -> Iterator[tuple[str, str]]:
    """What is said of a connection's end, and while nothing happens on it."""
    gone = row("recv", errno="ECONNRESET", error="ConnectionResetError", result=None)
    for fin, ended, unread in product((True, False), ("abort", "close", None), (None, 7)):
        story = Story(1.0, fin, ended, unread, "client-1 #1", 7)
        yield "story", " ".join(paragraphs(gone, Evidence(kind=kind, story=story)))
    yield (
        "abandoned",
        " ".join(paragraphs(gone, Evidence(kind=kind, abandoned=Abandoned("server-1", 5, 2)))),
    )
    for hollow in (Hollow(7, how="SHUT_RD"), Hollow(7, errno="ECONNRESET")):
        yield "hollow", " ".join(paragraphs(row("recv"), Evidence(kind=kind, hollow=hollow)))
    yield "finished", " ".join(paragraphs(row("recv"), Evidence(kind=kind, both_finished=True)))
    measured = kind.family != "AF_UNIX"  # TCP_INFO is TCP's
    plain = ConnectionSnapshot(
        1,
        1,
        None,
        "x",
        "ESTABLISHED",
        measured,
        0,
        0,
        1,
        None,
        None,
        None,
        9,
        9,
        0,
        0,
        0,
        False,
        None,
        None,
    )
    connecting = "SYN_SENT" if measured else "CONNECTING"
    for item in (
        plain,
        replace(plain, state=connecting, connected_ns=None),
        replace(plain, peer_finished=True, state="CLOSE_WAIT"),
        replace(plain, peer_finished=True, deaf=True),
        replace(plain, errno="ECONNRESET"),
        replace(plain, unsent=9),
        replace(plain, queued=9),
        replace(plain, waiting=Waiting("recv", 0)),
    ):
        yield "silence", why_silent(item, 3.0, kind) or ""
        found = reason(item, 3.0, kind)
        if item.state == connecting:
            assert found is not None
            assert found[0].startswith("unix.") == (not measured)
        yield "why", tr(found[0], **found[1]) if found is not None else ""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: "-".join(filter(None, kind)))
def test_texts_fit_their_kind_of_socket(kind: SocketKind, language: str) -> None:
    set_language(language)
    bad = re.compile(forbidden(kind), re.IGNORECASE)
    told = list(of_events(kind))
    if kind.type != DATAGRAM:
        told += list(of_streams(kind))
    assert len(told) > 300
    assert [
        (where, found.group(), text) for where, text in told if (found := bad.search(text))
    ] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_variant_fits_its_scope_and_stands_beside_a_plain_text(language: str) -> None:
    known = catalogue(language)
    scopes = {scope: kind for kind in KINDS for scope in kind.scopes}
    found = [key for key in known if key.partition(".")[0] in scopes]
    assert len(found) > 100
    for key in found:
        scope, _, plain = key.partition(".")
        assert plain in known, key
        kind = (
            SocketKind(
                "AF_UNIX",
                DATAGRAM if "datagram" in scope else STREAM,
                ABSTRACT if "abstract" in scope else "",
            )
            if scope.startswith("unix")
            else SocketKind("AF_INET", DATAGRAM)
            if scope == "udp"
            else SocketKind()
        )
        assert not re.search(forbidden(kind), known[key], re.IGNORECASE), key


@pytest.mark.parametrize(
    ("spelled", "form"),
    [
        ("abstract:x", ABSTRACT),
        ("/tmp/x", PATH),
        ("temp:x", PATH),
        ("./x", PATH),
        ("", ""),
        (None, ""),
        ("@server", ""),
        (repr(b"\0x"), ABSTRACT),
        (repr("\0x"), ABSTRACT),
        (repr("/x"), PATH),
    ],
)
def test_how_an_address_is_written(spelled: str | None, form: str) -> None:
    assert form_of(spelled) == form


def test_a_link_is_of_the_kind_that_it_leads_to() -> None:
    server = EndpointSettings("server", Role.LISTENER, family="AF_UNIX", address="abstract:a")
    client = EndpointSettings("client", Role.STREAM, family="AF_UNIX", address="@server")
    assert kind_of(client, lambda _name: server) == SocketKind("AF_UNIX", STREAM, ABSTRACT)
    assert fitting("errors.ECONNREFUSED.what", kind_of(client, lambda _name: server)) == (
        "unix_abstract.errors.ECONNREFUSED.what"
    )


@pytest.mark.parametrize(
    ("kind", "call", "errno", "part", "key"),
    [
        (TCP, "connect", "EADDRNOTAVAIL", "try", "errors.connect_EADDRNOTAVAIL.try"),
        (TCP, "bind", "EADDRNOTAVAIL", "try", "errors.EADDRNOTAVAIL.try"),
        (TCP, "send", "ETIMEDOUT", "kernel", "errors.data_ETIMEDOUT.kernel"),
        (TCP, "connect", "ETIMEDOUT", "kernel", "errors.ETIMEDOUT.kernel"),
        (V6, "connect", "EINVAL", "try", "ipv6.errors.connect_EINVAL.try"),
        (V6, "bind", "EINVAL", "kernel", "ipv6.errors.bind_EINVAL.kernel"),
        (TCP, "bind", "EINVAL", "try", "errors.bind_EINVAL.try"),
        (TCP, "setsockopt", "EINVAL", "kernel", "errors.setsockopt_EINVAL.kernel"),
        (UDP, "setsockopt", "EINVAL", "try", "udp.errors.setsockopt_EINVAL.try"),
        (UNIX_FILE, "setsockopt", "EINVAL", "try", "unix.errors.setsockopt_EINVAL.try"),
        (UDP, "connect", "EACCES", "try", "udp.errors.connect_EACCES.try"),
        (UDP, "bind", "EACCES", "try", "udp.errors.EACCES.try"),
        (UNIX_FILE, "connect", "EACCES", "try", "unix_path.errors.connect_EACCES.try"),
        (UNIX_FILE, "bind", "EACCES", "try", "unix_path.errors.EACCES.try"),
        (UNIX_FILE, "connect", "EADDRNOTAVAIL", "what", "errors.unexpected.what"),
        (UNIX_FILE, "", "EACCES", "try", "unix_path.errors.EACCES.try"),
        (TCP, "recv", "WS_1002", "what", "errors.WS_1002.what"),
    ],
)
def test_what_an_error_means_depends_on_the_call(
    kind: SocketKind, call: str, errno: str, part: str, key: str
) -> None:
    assert error_text(errno, "OSError", part, kind, call) == key


@pytest.fixture
def unix() -> Iterator[Callable[[int], socket.socket]]:
    with ExitStack() as stack:

        def make(type_: int) -> socket.socket:
            made = stack.enter_context(socket.socket(socket.AF_UNIX, type_))
            made.settimeout(0)
            return made

        yield make


def failure(call: Callable[[], object]) -> str | None:
    with pytest.raises(OSError) as caught:  # noqa: PT011 - which one is what is asked
        call()
    return describe(caught.value).errno


@pytest.mark.skipif(sys.platform != "linux", reason="they are claims about Linux")
def test_what_the_texts_claim_of_unix_sockets(
    tmp_path: Path, unix: Callable[[int], socket.socket]
) -> None:
    """The kernel's own answers, on this machine."""
    path = str(tmp_path / "s")
    with unix(socket.SOCK_STREAM) as listener:
        listener.bind(path)
        assert failure(lambda: unix(socket.SOCK_STREAM).connect(path)) == "ECONNREFUSED"
        listener.listen(0)
        waits = unix(socket.SOCK_STREAM)
        waits.connect(path)
        assert failure(lambda: unix(socket.SOCK_STREAM).connect(path)) == "EAGAIN"
        assert failure(lambda: unix(socket.SOCK_DGRAM).connect(path)) == "EPROTOTYPE"
    assert failure(lambda: waits.recv(1)) == "ECONNRESET"  # the listener was closed
    assert failure(lambda: waits.send(b"x")) == "EPIPE"
    assert failure(lambda: unix(socket.SOCK_STREAM).connect(path)) == "ECONNREFUSED"
    assert failure(lambda: unix(socket.SOCK_STREAM).bind(path)) == "EADDRINUSE"  # the file stays
    assert failure(lambda: unix(socket.SOCK_STREAM).send(b"x")) == "ENOTCONN"
    assert failure(lambda: unix(socket.SOCK_STREAM).recv(1)) == "EINVAL"
    for lingers, unread, answer in ((True, b"", b""), (True, b"x", None), (False, b"x", None)):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            if lingers:
                theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            ours.send(unread)
            theirs.close()
            assert failure(partial(ours.send, b"x")) == "EPIPE"  # the first one already
            if answer is None:
                assert failure(partial(ours.recv, 1)) == "ECONNRESET"
            else:
                assert ours.recv(1) == answer
    bound, sender = unix(socket.SOCK_DGRAM), unix(socket.SOCK_DGRAM)
    bound.bind(str(tmp_path / "d"))
    sender.connect(str(tmp_path / "d"))
    assert failure(lambda: [sender.send(b"x") for _ in range(10_000)]) == "EAGAIN"
    bound.close()
    assert [failure(lambda: sender.send(b"x")) for _ in range(2)] == ["ECONNREFUSED", "ENOTCONN"]
