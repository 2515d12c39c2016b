"""Each error that this user and kernel can provoke is provoked for real and explained."""

from __future__ import annotations

import contextlib
import resource as limits
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from workbench import texts
from workbench.engine.model import commands as c
from workbench.engine.model.errors import describe, explanation_key
from workbench.engine.model.family import SocketKind, error_text
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.explain.evidence import Evidence, evidence_of
from workbench.explain.explain import explain
from workbench.journal.reader import Row
from workbench.session import Session
from workbench.texts import has, tr

REFERENCE = """
ECONNREFUSED EADDRINUSE EADDRNOTAVAIL EACCES EPERM ENETUNREACH EHOSTUNREACH EINVAL ETIMEDOUT
ECONNRESET EPIPE ECONNABORTED EMSGSIZE ENOTCONN EISCONN EINPROGRESS EALREADY EAGAIN EDESTADDRREQ
EAFNOSUPPORT EPROTONOSUPPORT ESOCKTNOSUPPORT EOPNOTSUPP ENOPROTOOPT ENODEV EBADF ENOBUFS EMFILE
ENOENT EAI_NONAME EAI_AGAIN EAI_FAMILY EAI_SERVICE EAI_ADDRFAMILY
""".split()
"""Section 3 of the reference on socket semantics."""


def pair() -> tuple[socket.socket, socket.socket]:
    """Both ends of a TCP connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        return client, listener.accept()[0]


def refused() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        socket.create_connection(bound.getsockname())


def in_use() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, socket.socket() as second:
        second.bind(taken.getsockname())


def reset() -> None:
    client, server = pair()
    with client, server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        server.close()
        client.recv(1)


def broken_pipe() -> None:
    client, server = pair()
    with client, server:
        client.shutdown(socket.SHUT_WR)
        client.send(b"x")


def too_big() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.sendto(bytes(65508), ("127.0.0.1", 9))


def would_block() -> None:
    client, server = pair()
    with client, server:
        client.setblocking(False)
        client.recv(1)


def pending(again: bool) -> None:
    with socket.socket() as listener, contextlib.ExitStack() as stack:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(3):
            sock = stack.enter_context(socket.socket())
            sock.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                sock.connect(listener.getsockname())
        last = stack.enter_context(socket.socket())
        last.setblocking(False)
        if again:
            with contextlib.suppress(BlockingIOError):
                last.connect(listener.getsockname())
        last.connect(listener.getsockname())


def connected_twice() -> None:
    client, server = pair()
    with client, server:
        client.connect(server.getsockname())


def out_of_descriptors() -> None:
    low, high = limits.getrlimit(limits.RLIMIT_NOFILE)
    made = []
    try:
        used = len(list(Path("/proc/self/fd").iterdir()))
        limits.setrlimit(limits.RLIMIT_NOFILE, (used + 4, high))
        while True:
            made.append(socket.socket())
    finally:
        limits.setrlimit(limits.RLIMIT_NOFILE, (low, high))
        for sock in made:
            sock.close()


def udp_refused() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as closed:
        closed.bind(("127.0.0.1", 0))
        address = closed.getsockname()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect(address)
        sock.send(b"x")
        sock.send(b"x")


def kernel_gave_up() -> None:
    with socket.socket() as listener, contextlib.ExitStack() as stack:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        stack.enter_context(socket.create_connection(listener.getsockname()))
        late = stack.enter_context(socket.socket())
        late.setsockopt(socket.IPPROTO_TCP, 18, 300)  # TCP_USER_TIMEOUT, milliseconds
        late.connect(listener.getsockname())


def too_many_groups() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for number in range(30):
            group = socket.inet_aton(f"239.1.1.{number}") + socket.inet_aton("127.0.0.1")
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)


def closed() -> None:
    sock = socket.socket()
    sock.close()
    sock.send(b"x")


UDP = socket.SOCK_DGRAM


def on(
    act: Callable[[socket.socket], object],
    family: int = socket.AF_INET,
    kind: int = socket.SOCK_STREAM,
) -> Callable[[], None]:
    """Do something with a fresh socket, and close it whatever comes of it."""

    def provoke() -> None:
        with socket.socket(family, kind) as sock:
            act(sock)

    return provoke


PROVOKED: dict[str, Callable[[], object]] = {
    "ECONNREFUSED": refused,
    "EADDRINUSE": in_use,
    "ECONNRESET": reset,
    "EPIPE": broken_pipe,
    "EMSGSIZE": too_big,
    "EAGAIN": would_block,
    "EINPROGRESS": lambda: pending(False),
    "EALREADY": lambda: pending(True),
    "EISCONN": connected_twice,
    "EMFILE": out_of_descriptors,
    "ECONNREFUSED udp": udp_refused,
    "ETIMEDOUT": kernel_gave_up,
    "EBADF": closed,
    "ENOBUFS": too_many_groups,
    "EADDRNOTAVAIL": on(lambda sock: sock.bind(("203.0.113.7", 0))),
    "EACCES": on(lambda sock: sock.sendto(b"", ("127.255.255.255", 9)), kind=UDP),
    "EINVAL": on(lambda sock: sock.accept()),
    "ENOTCONN": on(lambda sock: sock.recv(1)),
    "EDESTADDRREQ": on(lambda sock: sock.send(b"x"), kind=UDP),
    "EAFNOSUPPORT": on(lambda sock: None, family=99),
    "EPROTONOSUPPORT": lambda: socket.socket(
        socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_UDP
    ),
    "ESOCKTNOSUPPORT": on(lambda sock: None, kind=socket.SOCK_SEQPACKET),
    "EOPNOTSUPP": on(lambda sock: sock.listen(), kind=UDP),
    "ENOPROTOOPT": on(lambda sock: sock.setsockopt(socket.SOL_SOCKET, 9999, 1)),
    "ENODEV": on(
        lambda sock: sock.setsockopt(
            socket.IPPROTO_IP,
            socket.IP_ADD_MEMBERSHIP,
            socket.inet_aton("239.1.1.1") + socket.inet_aton("203.0.113.7"),
        ),
        kind=UDP,
    ),
    "ENOENT": on(lambda sock: sock.connect("/no/such/socket"), family=socket.AF_UNIX),
    "EAI_NONAME": lambda: socket.getaddrinfo("::x", 1, flags=socket.AI_NUMERICHOST),
    "EAI_FAMILY": lambda: socket.getaddrinfo("127.0.0.1", 1, socket.AF_UNIX),
    "EAI_SERVICE": lambda: socket.getaddrinfo("127.0.0.1", "nosuchsvc"),
    "EAI_ADDRFAMILY": lambda: socket.getaddrinfo("::1", 1, socket.AF_INET),
}
NOT_PROVOKED = sorted(set(REFERENCE) - {name.split()[0] for name in PROVOKED})
"""They need another user, a namespace, a firewall or a broken network."""


def row(name: str | None, error: str, call: str = "connect") -> Row:
    return Row(
        1, 0, 0, "call", "client", 1, call, "", None, name, error, None, None, None, None, None
    )


@pytest.mark.parametrize("lang", texts.LANGUAGES)
@pytest.mark.parametrize("name", PROVOKED)
def test_what_can_be_provoked_is_explained(name: str, lang: str) -> None:
    texts.set_language(lang)
    with pytest.raises(OSError) as caught:  # noqa: PT011 - which one is what is asked
        PROVOKED[name]()
    failure = describe(caught.value)
    assert failure.errno == name.split()[0]
    kind = (
        SocketKind("AF_UNIX")
        if name == "ENOENT"
        else SocketKind(
            type="SOCK_DGRAM"
            if name in {"EMSGSIZE", "EDESTADDRREQ", "ECONNREFUSED udp"}
            else "SOCK_STREAM"
        )
    )
    shown = explain(row(failure.errno, failure.error), title="x", evidence=Evidence(kind=kind))
    here = [section for section in shown.sections if section.heading != tr("explain.elsewhere")]
    paragraphs = [text for section in here for text in section.paragraphs]
    assert len(here) == 3
    assert all(paragraphs)
    key = explanation_key(failure.errno, failure.error)
    assert not key.endswith("other")
    assert paragraphs[-1] == tr(error_text(failure.errno, failure.error, "try", kind, "connect"))


@pytest.mark.parametrize("lang", texts.LANGUAGES)
@pytest.mark.parametrize("name", REFERENCE)
def test_every_errno_of_the_reference_has_its_text(name: str, lang: str) -> None:
    texts.set_language(lang)
    for part in ("what", "kernel", "try"):
        assert tr(f"errors.{name}.{part}", errno=name, text="", call="connect").strip()


@pytest.mark.parametrize(("lang", "word"), [("en", "family"), ("zh_CN", "地址族")])
@pytest.mark.parametrize("name", ["EAI_NONAME", "EAI_NODATA", "EAI_ADDRFAMILY", "EAI_FAMILY"])
def test_a_name_of_the_other_family_is_not_said_to_be_unknown(
    name: str, lang: str, word: str
) -> None:
    """glibc has each of these for a name with an IPv4 address alone, asked for with AF_INET6."""
    texts.set_language(lang)
    shown = explain(row(name, "gaierror", "getaddrinfo"), title="x")
    said = [text for section in shown.sections for text in section.paragraphs]
    assert word in said[0] + said[1]


def test_what_is_not_provoked_is_named(record_property: Callable[[str, object], None]) -> None:
    record_property("explained but not provoked here", " ".join(NOT_PROVOKED))
    assert len(NOT_PROVOKED) < 8


@pytest.mark.parametrize("lang", texts.LANGUAGES)
@pytest.mark.parametrize("error", [
    TimeoutError("timed out"), OverflowError("port"), ValueError("x"), TypeError("x"),
    UnicodeError("label too long"), OSError("AF_UNIX path too long"),
    UnicodeEncodeError("ascii", "é", 0, 1, "ordinal"),
], ids=lambda error: type(error).__name__)  # fmt: skip
def test_exceptions_without_an_errno(error: Exception, lang: str) -> None:
    texts.set_language(lang)
    failure = describe(error)
    shown = explain(row(failure.errno, failure.error), title="x")
    assert all(text for section in shown.sections for text in section.paragraphs)


@pytest.mark.parametrize(
    ("call", "args", "errno", "part"),
    [
        ("listen", "2", None, "listen(0) means 128"),
        ("send", "", None, "The same."),
        ("setsockopt", "SOL_SOCKET, SO_REUSEADDR, 1", None, "SO_EXCLUSIVEADDRUSE"),
        ("connect", "('127.0.0.1', 9)", "ECONNREFUSED", "about 2 s"),
        ("recvfrom", "65536", "ECONNREFUSED", "10054"),
        ("close", "", None, ""),
    ],
)
def test_other_systems_are_documentation(
    call: str, args: str, errno: str | None, part: str
) -> None:
    """Said apart from what was seen here, and nothing where nothing is known."""
    error = "ConnectionRefusedError" if errno else None
    asked = row(errno, "")._replace(call=call, args=args, result=0, error=error)
    shown = explain(asked, title="x")
    said = [section for section in shown.sections if "not measured here" in section.heading]
    assert bool(said) == bool(part)
    assert all(part in text for section in said for text in section.paragraphs)


def test_our_timeout_and_the_kernels_are_told_apart() -> None:
    ours = explain(row(None, "TimeoutError"), title="x")
    kernels = explain(row("ETIMEDOUT", "TimeoutError"), title="x")
    assert ours.sections[1] != kernels.sections[1]


@contextlib.contextmanager
def acted(folder: Path, *commands: c.Command) -> Iterator[Session]:
    """A session whose client is connected to its server, and has carried these commands out."""
    with Session(folder / "r.swb") as session:
        session.add(EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0"))
        session.add(EndpointSettings("client", Role.STREAM, address="@server"))
        for command in (c.Start("server"), c.Connect("client"), *commands):
            session.perform(command).wait(60)
        yield session


def test_the_story_of_a_reset(tmp_path: Path) -> None:
    """Who aborted, and that no FIN came before, is read from the record."""
    with acted(tmp_path, c.Send("client", text="x"), c.Abort("client")) as session:
        reader = session.journal.reader()
        found = None
        for _ in range(500):  # the server reads the reset in its own time
            session.journal.flush()
            found = next((row for row in reader.page(1, 1000) if row.errno == "ECONNRESET"), None)
            if found is not None:
                break
            threading.Event().wait(0.02)
        assert found is not None
        evidence = evidence_of(reader, found)
        story = evidence.story
        assert story is not None
        assert (story.pair_ended, story.fin_seen) == ("abort", False)
        closed = reader.row(story.pair_row)
        assert closed is not None
        assert (closed.endpoint, closed.call) == ("client", "close")
        shown = explain(found, title="x", evidence=evidence)
        why = next(x for x in shown.sections if x.heading == tr("explain.why"))
        assert why.paragraphs == (tr("explain.reset_here", who="client #1", row=story.pair_row),)
        assert any(
            f"client #1, and it was aborted (row {story.pair_row})" in text
            for section in shown.sections
            for text in section.paragraphs
        )


def test_a_send_after_our_own_half_close_is_our_own_doing(tmp_path: Path) -> None:
    """Of the causes that EPIPE can have the record knows the one, and its row."""
    with acted(
        tmp_path, c.Shutdown("client", c.How.WRITE), c.Send("client", text="late")
    ) as session:
        session.journal.flush()
        reader = session.journal.reader()
        rows = reader.page(1, 1000)
        failed = next(row for row in rows if row.errno == "EPIPE")
        shut = next(row for row in rows if row.call == "shutdown" and row.kind == "call")
        shown = explain(failed, title="x", evidence=evidence_of(reader, failed))
        told = "\n".join(text for section in shown.sections for text in section.paragraphs)
        assert f"shutdown(SHUT_WR) in row {shut.seq}" in told
        assert "was never connected" not in told
        assert shown.python == "conn.send(data)"


def test_explaining_needs_no_window() -> None:
    probe = "import sys, workbench.explain.explain; sys.exit('PySide6' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", probe], check=False).returncode == 0


def told_of(language: str) -> dict[str, set[str]]:
    """The parts that each explained symbol or class has, and those of its special cases."""
    parts: dict[str, set[str]] = {}
    for key in texts.catalogue(language):
        scope, _, rest = key.rpartition("errors.")
        if rest[:1].isupper() and not scope and rest.count(".") == 1:
            stem, _, part = rest.partition(".")
            parts.setdefault(stem, set()).add(part)
    return parts


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_explained_error_has_its_three_parts(language: str) -> None:
    for stem, parts in told_of(language).items():
        lacking = {"what", "kernel", "try"} - parts
        assert not lacking, (
            f"resources/texts/errors.{language}.toml: [errors.{stem}] lacks {sorted(lacking)}"
        )


def test_a_text_alone_makes_an_error_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    assert explanation_key("ESHUTDOWN", "OSError") == "errors.other"
    known = texts.catalogue("en")
    for part in ("what", "kernel", "try"):
        monkeypatch.setitem(known, f"errors.ESHUTDOWN.{part}", part)
    assert explanation_key("ESHUTDOWN", "OSError") == "errors.ESHUTDOWN"


def test_what_divides_a_stream_is_explained_without_the_kernel() -> None:
    """A message is no call; a stream that cannot be divided was delivered all the same."""
    row = Row(1, 0, 0, "layer", "s", 1, "messages.recv", "", 6, None, None, None, None, 4, b"abcd",
              None)  # fmt: skip
    said = explain(row, title="").sections[0].paragraphs[0]
    assert "4 B" in said
    assert "6 B" in said
    broken = row._replace(call="messages.fault", errno="MESSAGES_CUT", error="cut", result=None)
    texts = [section.paragraphs[0] for section in explain(broken, title="").sections]
    assert texts[0] == "The stream ended within a message."
    assert not any("MESSAGES_CUT" in text for text in texts)


@pytest.mark.parametrize("key", ["TOO_LONG", "SHORT_LENGTH", "BAD_LENGTH", "BAD_HEAD", "BAD_CHUNK"])
def test_each_reason_that_a_stream_cannot_be_divided_has_its_words(key: str) -> None:
    assert has(f"errors.MESSAGES_{key}.what")


def test_what_the_end_of_a_run_stopped_is_said_to_be_its() -> None:
    row = Row(1, 0, 0, "command", "s", None, "stop", "", *[None] * 9)
    first, *_ = explain(row, title="").sections
    assert first.heading == "You asked for this"
    first, *_ = explain(row._replace(args="at_end=True"), title="").sections
    assert first.heading == "The end of the run asked for this"
    assert first.paragraphs[0].startswith("Nobody pressed Stop")
