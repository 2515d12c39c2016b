"""The proxy layer as a transcript: what is asked, each answer that there is, and hostile ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.engine.model.ending import Ending
from workbench.engine.model.layer_fault import LayerFault
from workbench.engine.model.message_ends import Delimiter
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.protocol.layer import (
    Action,
    End,
    Layer,
    LayerRow,
    Opened,
    PeerFinished,
    ToApp,
    ToPeer,
    Wake,
)
from workbench.engine.protocol.proxy_layer import MOST, ProxyLayer
from workbench.engine.protocol.stack import Stack, ready_layers
from workbench.texts import Problem

OK = b"HTTP/1.1 200 Connection established\r\n\r\n"
BOUND = b"\5\0\0\1\x7f\0\0\1\x12\x34"
"""A SOCKS5 proxy has connected from 127.0.0.1:4660."""


def layer(proxy: str, target: str = "a.test:443") -> ProxyLayer:
    return ProxyLayer(EndpointSettings("c", Role.STREAM, address=target, proxy=proxy))


def sent(actions: list[Action]) -> bytes:
    return b"".join(bytes(action.data) for action in actions if isinstance(action, ToPeer))


def given_up(actions: list[Action]) -> bytes:
    return b"".join(bytes(action.data) for action in actions if isinstance(action, ToApp))


def words(actions: list[Action]) -> list[str]:
    return [action.word for action in actions if isinstance(action, End)]


def rows(actions: list[Action]) -> list[LayerRow]:
    return [action for action in actions if isinstance(action, LayerRow)]


def ending(row: LayerRow) -> End:
    """How a refusal ends: its row says why."""
    return End(Ending.CLOSE, row.errno or "", LayerFault(row.errno or "", row.call, row.args))


def talk(it: ProxyLayer, *answers: bytes) -> list[Action]:
    actions = list(it.start(0))
    for answer in answers:
        actions += it.receive(answer, 0)
    return actions


def test_http_asks_for_the_target_by_its_name() -> None:
    actions = talk(layer("http://p.test:3128"))
    head = b"CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n\r\n"
    assert actions == [
        LayerRow("proxy.request", "'CONNECT', 'a.test:443'", payload=head, sent=True),
        ToPeer(head),
    ]


def test_http_logs_in_at_once() -> None:
    head = sent(talk(layer("http://anna:s%3Ame@p.test:3128")))
    assert b"\r\nProxy-Authorization: Basic YW5uYTpzOm1l\r\n\r\n" in head  # anna:s:me


@pytest.mark.parametrize(
    ("target", "line"),
    [
        ("[::1]:80", b"CONNECT [::1]:80 HTTP/1.1\r\nHost: [::1]:80\r\n\r\n"),
        (
            "中文.test:80",
            b"CONNECT xn--fiq228c.test:80 HTTP/1.1\r\nHost: xn--fiq228c.test:80\r\n\r\n",
        ),
    ],
)
def test_http_writes_each_target(target: str, line: bytes) -> None:
    assert sent(talk(layer("http://p.test:1", target))) == line


def test_http_opens_and_what_follows_the_head_is_the_targets() -> None:
    it = layer("http://p.test:3128")
    actions = talk(it, OK + b"hello")[2:]
    assert actions == [
        LayerRow("proxy.response", "200", len(OK), payload=OK),
        Opened(),
        LayerRow("proxy.recv", "'data'", 5, payload=b"hello"),
        ToApp(b"hello"),
    ]
    assert given_up(list(it.receive(b"more", 0))) == b"more"
    assert sent(list(it.send(b"out", 0))) == b"out"
    assert list(it.receive_end(0)) == [PeerFinished()]


@pytest.mark.parametrize("head", [
    b"HTTP/1.0 200 OK\r\n\r\n",
    b"HTTP/1.1 201\r\n\r\n",
    b"HTTP/1.1 200 \r\nContent-Length: 10\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"HTTP/1.1 200 OK\n\n",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
])  # fmt: skip
def test_http_opens_with_each_2xx(head: bytes) -> None:
    actions = talk(layer("http://p.test:3128"), head + b"x")
    assert Opened() in actions
    assert given_up(actions) == b"x"


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "HTTP_407"),
        (b"HTTP/1.1 403 Forbidden\r\n\r\nbody", "PROXY_403"),
        (b"HTTP/1.1 101 Switching\r\n\r\n", "PROXY_101"),
        (b"HTTP/1.1 301 Moved\r\nLocation: /\r\n\r\n", "PROXY_301"),
        (b"HTTP/1.1 2000 OK\r\n\r\n", "PROXY_NOT_HTTP"),
        (b"HTTP/1.1 OK\r\n\r\n", "PROXY_NOT_HTTP"),
        (b"HTTP/2 200\r\n\r\n", "PROXY_NOT_HTTP"),
        (b"SSH-2.0-OpenSSH\r\n", "PROXY_NOT_HTTP"),
        (b"\0", "PROXY_NOT_HTTP"),
        (b"\5\0", "PROXY_NOT_HTTP"),
    ],
)
def test_http_a_refusal_ends_it_with_its_word(answer: bytes, word: str) -> None:
    it = layer("http://p.test:3128")
    actions = talk(it, answer)
    if not words(actions):  # a body may follow
        actions += it.receive_end(0)
    assert words(actions) == [word]
    assert Opened() not in actions
    row = rows(actions)[1]
    assert (row.call, row.errno, row.error) == ("proxy.response", word, "ProxyError")
    assert row.payload
    assert answer.startswith(row.payload)
    assert actions[-1] == ending(row)
    bodies = [each.payload for each in rows(actions) if each.call == "proxy.body"]
    assert bodies == ([b"body"] if answer.endswith(b"body") else [])
    assert not list(it.receive(b"more", 0))


@pytest.mark.parametrize("how", ["length", "chunked", "close", "silent", "late"])
def test_http_the_body_of_a_refusal_is_kept(how: str) -> None:
    it = layer("http://p.test:3128")
    length = {"length": "Content-Length: 5", "chunked": "Transfer-Encoding: chunked"}
    body = b"5\r\nhello\r\n0\r\n\r\n" if how == "chunked" else b"hello"
    head = f"HTTP/1.1 403 No\r\n{length.get(how, 'Via: p')}\r\n\r\n".encode()
    actions = talk(it, head, body[:2], body[2:])
    assert Wake("body", 3.0) in actions
    if how == "late":
        row = it.late()
        assert (row.call, row.errno, row.error) == ("proxy.body", "PROXY_403", "TimeoutError")
        assert row.payload == b"hello"
        return
    if how == "close":
        actions += it.receive_end(0)
    elif how == "silent":
        assert not words(actions)
        actions += it.wake("body", 3)
    row = rows(actions)[-1]
    assert (row.call, row.result, row.payload) == ("proxy.body", len(body), b"hello")
    assert Wake("body", None) in actions
    assert words(actions) == ["PROXY_403"]


def test_http_a_head_without_end_is_given_up() -> None:
    """Of a thousand million bytes it keeps what fits into a head."""
    it = layer("http://p.test:3128")
    actions = talk(it, b"HTTP/1.1 200 OK\r\n")
    piece, count = b"X: " + 8189 * b"y", 0
    while not words(actions) and count < 1 << 30:
        actions = list(it.receive(piece, 0))
        count += len(piece)
    assert words(actions) == ["PROXY_TOO_LONG"]
    assert count <= MOST + len(piece)
    assert it.unread() == b""
    whole = b"HTTP/1.1 200 OK\r\nX: " + MOST * b"y" + b"\r\n\r\n"
    assert words(talk(layer("http://p.test:3128"), whole)) == ["PROXY_TOO_LONG"]


def test_socks_asks_for_the_target_by_its_name() -> None:
    it = layer("socks5://p.test:1080")
    assert sent(list(it.start(0))) == b"\5\1\0"
    assert sent(list(it.receive(b"\5\0", 0))) == b"\5\1\0\3\6a.test\x01\xbb"
    actions = list(it.receive(BOUND + b"hello", 0))
    assert actions[:2] == [
        LayerRow("proxy.response", "'connect', 0, '127.0.0.1:4660'", 10, payload=BOUND),
        Opened(),
    ]
    assert given_up(actions) == b"hello"


@pytest.mark.parametrize(
    ("target", "written"),
    [
        ("127.0.0.1:80", b"\1\x7f\0\0\1\0\x50"),
        ("[::1]:80", b"\4" + bytes(15) + b"\1\0\x50"),
        ("中文.test:80", b"\3\x10xn--fiq228c.test\0\x50"),
    ],
)
def test_socks_writes_each_target(target: str, written: bytes) -> None:
    actions = talk(layer("socks5://p.test:1", target), b"\5\0")
    assert sent(actions) == b"\5\1\0" + b"\5\1\0" + written


def test_socks_logs_in_where_it_is_wanted() -> None:
    it = layer("socks5://anna:sesame@p.test:1080")
    assert sent(list(it.start(0))) == b"\5\2\0\2"
    assert sent(list(it.receive(b"\5\2", 0))) == b"\1\4anna\6sesame"
    assert sent(list(it.receive(b"\1\0", 0))).startswith(b"\5\1\0\3")
    assert Opened() in it.receive(BOUND, 0)
    actions = talk(layer("socks5://anna:sesame@p.test:1080"), b"\5\0")
    assert sent(actions).startswith(b"\5\2\0\2\5\1\0\3")  # it wants none


@pytest.mark.parametrize(
    ("answers", "word"),
    [
        ([b"\5\xff"], "SOCKS_NO_METHOD"),
        ([b"\5\2"], "SOCKS_NO_METHOD"),
        ([b"\4\0"], "PROXY_NOT_SOCKS"),
        ([b"HTTP/1.1 400 Bad Request\r\n\r\n"], "PROXY_NOT_SOCKS"),
        ([b"\5\0", b"\4\0\0\1"], "PROXY_NOT_SOCKS"),
        ([b"\5\0", b"\5\0\0\x09\0\0\0\0"], "PROXY_NOT_SOCKS"),
        *(([b"\5\0", bytes((5, code))], f"SOCKS_{code}") for code in (*range(1, 9), 255)),
    ],
)
def test_socks_a_refusal_ends_it_with_its_word(answers: list[bytes], word: str) -> None:
    actions = talk(layer("socks5://p.test:1080"), *answers)
    assert words(actions) == [word]
    assert actions[-1] == ending(rows(actions)[-1])
    assert Opened() not in actions


def test_socks_a_login_that_is_refused() -> None:
    it = layer("socks5://anna:sesame@p.test:1080")
    assert words(talk(it, b"\5\2", b"\1\1")) == ["SOCKS_LOGIN_REFUSED"]


@pytest.mark.parametrize("kind", [b"\1\x7f\0\0\1", b"\3\4host", b"\3\0", b"\4" + bytes(16)])
def test_socks_each_kind_of_address_ends_the_answer(kind: bytes) -> None:
    answer = b"\5\0\0" + kind + b"\0\1"
    assert given_up(talk(layer("socks5://p.test:1"), b"\5\0", answer + b"x")) == b"x"


WHOLE = [
    ("http://anna:x@p.test:3128", OK + b"hello"),
    (
        "http://p.test:3128",
        b"HTTP/1.1 100 C\r\n\r\nHTTP/1.1 407 No\r\nContent-Length: 4\r\n\r\nwhy?",
    ),
    ("socks5://anna:x@p.test:1080", b"\5\2" + b"\1\0" + BOUND + b"hello"),
    ("socks5://p.test:1080", b"\5\0" + b"\5\0\0\3\4host\0\1" + b"hello"),
    ("socks5://p.test:1080", b"\5\0" + b"\5\5\0\1\0\0\0\0\0\0"),
]


@pytest.mark.parametrize(("proxy", "answer"), WHOLE)
def test_however_an_answer_is_cut_it_comes_to_the_same(proxy: str, answer: bytes) -> None:
    def outcome(pieces: list[bytes]) -> tuple[bytes, bytes, bool, list[str]]:
        it, actions = layer(proxy), list[Action]()
        actions += it.start(0)
        for piece in pieces:
            actions += it.receive(memoryview(piece), 0)
            if words(actions):
                break
        return sent(actions), given_up(actions), Opened() in actions, words(actions)

    wanted = outcome([answer])
    for at in range(1, len(answer)):
        assert outcome([answer[:at], answer[at:]]) == wanted
    assert outcome([bytes((byte,)) for byte in answer]) == wanted


@pytest.mark.parametrize(("proxy", "answer"), WHOLE)
def test_wherever_an_answer_ends_too_early_that_is_said(proxy: str, answer: bytes) -> None:
    for at in range(len(answer)):
        it = layer(proxy)
        actions = talk(it, *([answer[:at]] if at else []))
        if Opened() in actions or words(actions):
            continue
        refused = rows(actions)[-1].errno
        actions = list(it.receive_end(0))
        assert words(actions) == [refused or "PROXY_CUT"]
        assert all(answer[:at].endswith(row.payload or b"") for row in rows(actions))


@given(st.sampled_from(["http://p.test:1", "socks5://a:b@p.test:1"]), st.lists(st.binary()))
def test_garbage_raises_nothing(proxy: str, pieces: list[bytes]) -> None:
    it = layer(proxy)
    actions = list(it.start(0))
    for piece in pieces:
        if piece and not words(actions):
            actions += it.receive(piece, 0)
            assert len(it.unread()) <= MOST
    if not words(actions):
        actions += it.receive_end(0)


@pytest.mark.parametrize(
    "target", ["", "@server", "a.test", "a b:1", "a\r\nX:1", "a.test:70000", f"{300 * 'a'}:1"]
)
def test_what_is_no_target_is_not_asked_for(target: str) -> None:
    for proxy in ("http://p.test:1", "socks5://p.test:1"):
        actions = talk(layer(proxy, target))
        assert words(actions) == ["PROXY_NO_TARGET"]
        assert not sent(actions)


def test_who_is_meant_may_be_told_later() -> None:
    it = layer("http://p.test:1", "@server")
    it.aim("127.0.0.1:4000")
    assert sent(list(it.start(0))).startswith(b"CONNECT 127.0.0.1:4000 ")


def test_without_a_proxy_in_the_environment_it_lets_through(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("http_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    it = layer("env")
    assert list(it.start(0)) == [Opened()]
    assert given_up(list(it.receive(b"x", 0))) == b"x"
    monkeypatch.setenv("http_proxy", "http://p.test:3128")
    assert sent(list(layer("env").start(0))).startswith(b"CONNECT")
    monkeypatch.setenv("http_proxy", "ftp://p.test:3128")
    with pytest.raises(Problem, match="ftp://"):
        layer("env")


def test_it_stands_lowest_and_needs_its_setting() -> None:
    settings = EndpointSettings(
        "c", Role.STREAM, address="a.test:1", proxy="http://p.test:1", messages=Delimiter("\n")
    )
    lowest = next(iter(ready_layers(settings).values()))
    assert isinstance(lowest(), ProxyLayer)
    with pytest.raises(Problem, match="`proxy`"):
        ready_layers(EndpointSettings("c", Role.STREAM, layers=("proxy",)))


def test_the_layer_above_begins_when_the_way_is_free() -> None:
    class Hello(Layer):
        def start(self, now: float) -> list[Action]:
            return [ToPeer(b"HELLO"), Opened()]

    stack = Stack([layer("http://p.test:1"), Hello()], Layer())
    begun = stack.start(0)
    assert b"HELLO" not in sent(list(begun))
    assert sent(list(stack.receive(OK, 0))) == b"HELLO"
