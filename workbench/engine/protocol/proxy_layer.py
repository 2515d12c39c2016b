"""ProxyLayer: asks a proxy to connect on: HTTP CONNECT (RFC 9110, 9.3.6) or SOCKS5 (RFC 1928).

proxy.request('CONNECT', 'a.test:443')    proxy.response(200)                      HTTP
proxy.request('hello', 0, 2)              proxy.response('method', 2)              SOCKS5: methods
proxy.request('login')                    proxy.response('login', 0)               RFC 1929
proxy.request('connect', 'a.test:443')    proxy.response('connect', 0, '10.0.0.1:4711')
proxy.body    why an HTTP proxy refuses, as it says it
proxy.recv|send('data')    bytes that pass through, if no layer above logs them

The name of the target goes to the proxy unchanged: the proxy looks it up.
"""

from __future__ import annotations

import base64
import ipaddress
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from workbench.engine.model.ending import Ending
from workbench.engine.model.layer_fault import LayerFault
from workbench.engine.model.proxy_settings import LONGEST, Proxy, ProxyKind, proxy_for
from workbench.engine.protocol.layer import (
    Action,
    Actions,
    Data,
    End,
    Layer,
    LayerRow,
    Opened,
    PeerFinished,
    ToApp,
    ToPeer,
    Wake,
)
from workbench.engine.protocol.refusal_body import BODY, BODY_WAIT, RefusalBody, body_rows
from workbench.named_tuple import NamedTuple
from workbench.texts import Problem

if TYPE_CHECKING:
    from workbench.engine.model.settings import EndpointSettings

MOST: Final = 64 * 1024
"""Bytes of an answer's head; no proxy says so much."""
NEEDS_LOGIN: Final = "HTTP_407"
STATUS: Final = "PROXY_"
"""Prefix of the word for another status of a proxy, "PROXY_403"; that of the server is
"HTTP_403".
"""
REPLY: Final = "SOCKS_"
"""Prefix of the word for a refusal: "SOCKS_5" (RFC 1928, 6)."""
NO_ANSWER: Final = "PROXY_NO_ANSWER"
CUT: Final = "PROXY_CUT"
TOO_LONG: Final = "PROXY_TOO_LONG"
NOT_HTTP: Final = "PROXY_NOT_HTTP"
NOT_SOCKS: Final = "PROXY_NOT_SOCKS"
NO_TARGET: Final = "PROXY_NO_TARGET"
NO_METHOD: Final = "SOCKS_NO_METHOD"
LOGIN_REFUSED: Final = "SOCKS_LOGIN_REFUSED"
_ERROR: Final = "ProxyError"
_STATUS: Final = re.compile(rb"HTTP/1\.[0-9] ([0-9]{3})(?: [^\r\n]*)?\r?\Z")
_HEAD_ENDS: Final = re.compile(rb"\r?\n\r?\n")
_BEGINS: Final = b"HTTP/1."
_DATA: Final = "'data'"
_TARGET: Final = re.compile(r"(?:\[[0-9A-Za-z:.%_-]+\]|[^\s:@/\[\]\x00-\x20\x7f]+):[0-9]{1,5}")
_VERSION: Final = 5
_NO_LOGIN, _BY_PASSWORD = 0, 2
_IPV4, _NAME, _IPV6 = 1, 3, 4


class _Fault(Exception):
    """Raised for an answer that fails; `word`: its name; `taken`: its bytes; `reasons`: a body
    follows.
    """

    def __init__(self, word: str, args: str = "", taken: int = 0, *, reasons: bool = False) -> None:
        super().__init__(word)
        self.word = word
        self.said = args
        self.taken = taken
        self.reasons = reasons


class _Answered(NamedTuple):
    """A complete answer, and what to send next; `open_`: the proxy has connected."""

    taken: int
    said: str
    next: tuple[Action, ...] = ()
    open_: bool = False


class _Http:
    """The conversation with an HTTP proxy."""

    def __init__(self, proxy: Proxy, target: str) -> None:
        self._proxy = proxy
        self._target = target
        self._searched = 0

    def begin(self) -> tuple[Action, ...]:
        host, _, port = self._target.rpartition(":")
        target = f"{host if host.startswith('[') else _ascii(host)}:{port}"
        head = f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n"
        if self._proxy.user is not None:
            login = f"{self._proxy.user}:{self._proxy.password}".encode()  # RFC 7617, 2.1
            head += f"Proxy-Authorization: Basic {base64.b64encode(login).decode()}\r\n"
        return _request(f"'CONNECT', {target!r}", (head + "\r\n").encode())

    def answer(self, came: bytes) -> _Answered | None:
        """The answer, once it is complete. Raises _Fault."""
        if not came.startswith(_BEGINS[: len(came)]):
            raise _Fault(NOT_HTTP, taken=len(came))
        ends = _HEAD_ENDS.search(came, max(0, self._searched - 3))
        if ends is None or ends.end() > MOST:
            self._searched = len(came)
            if len(came) > MOST:
                raise _Fault(TOO_LONG, taken=len(came))
            return None
        self._searched = 0
        found = _STATUS.match(came.partition(b"\n")[0])
        if found is None:
            raise _Fault(NOT_HTTP, taken=ends.end())
        status = int(found[1])
        if 200 <= status < 300:  # what its headers say of a body has no meaning (RFC 9110, 9.3.6)
            return _Answered(ends.end(), str(status), open_=True)
        if 100 <= status < 200 and status != 101:
            return _Answered(ends.end(), str(status))
        word = NEEDS_LOGIN if status == 407 else f"{STATUS}{status}"
        raise _Fault(word, str(status), ends.end(), reasons=status != 101)


class _Socks5:
    """The conversation with a SOCKS5 proxy."""

    def __init__(self, proxy: Proxy, target: str) -> None:
        self._proxy = proxy
        self._target = target
        self._next = self._method

    def begin(self) -> tuple[Action, ...]:
        methods = (_NO_LOGIN,) if self._proxy.user is None else (_NO_LOGIN, _BY_PASSWORD)
        said = ", ".join(map(str, methods))
        return _request(f"'hello', {said}", bytes((_VERSION, len(methods), *methods)))

    def answer(self, came: bytes) -> _Answered | None:
        """The answer, once it is complete. Raises _Fault."""
        return self._next(came)

    def _method(self, came: bytes) -> _Answered | None:
        if came[0] != _VERSION:
            raise _Fault(NOT_SOCKS, taken=len(came))
        if len(came) < 2:
            return None
        said = f"'method', {came[1]}"
        if came[1] == _NO_LOGIN:
            self._next = self._reply
            return _Answered(2, said, self._connect())
        if came[1] == _BY_PASSWORD and self._proxy.user is not None:
            self._next = self._login
            user, password = self._proxy.user.encode(), self._proxy.password.encode()
            login = b"\1" + bytes((len(user),)) + user + bytes((len(password),)) + password
            return _Answered(2, said, _request("'login'", login))
        raise _Fault(NO_METHOD, said, 2)

    def _login(self, came: bytes) -> _Answered | None:
        if len(came) < 2:
            return None
        said = f"'login', {came[1]}"
        if came[1]:
            raise _Fault(LOGIN_REFUSED, said, 2)
        self._next = self._reply
        return _Answered(2, said, self._connect())

    def _connect(self) -> tuple[Action, ...]:
        host, _, port = self._target.rpartition(":")
        request = bytes((_VERSION, 1, 0)) + _written(host.strip("[]")) + int(port).to_bytes(2)
        return _request(f"'connect', {self._target!r}", request)

    def _reply(self, came: bytes) -> _Answered | None:
        if came[0] != _VERSION:
            raise _Fault(NOT_SOCKS, taken=len(came))
        if len(came) < 2:
            return None
        if came[1]:  # the rest of a refusal is of no use to anybody
            raise _Fault(f"{REPLY}{came[1]}", f"'connect', {came[1]}", min(len(came), 10))
        if len(came) < 5:
            return None
        kind, length = came[3], {_IPV4: 4, _IPV6: 16, _NAME: 1 + came[4]}.get(came[3])
        if length is None:
            raise _Fault(NOT_SOCKS, taken=len(came))
        end = 4 + length + 2
        if len(came) < end:
            return None
        raw, port = came[4 : end - 2], int.from_bytes(came[end - 2 : end])
        if kind == _NAME:
            host = raw[1:].decode("utf-8", "backslashreplace")
        else:
            host = str(ipaddress.ip_address(raw))
        bound = f"[{host}]:{port}" if kind == _IPV6 else f"{host}:{port}"
        return _Answered(end, f"'connect', 0, {bound!r}", open_=True)


def _written(host: str) -> bytes:
    """A host as SOCKS5 encodes it: an address, or a name with its length."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        name = _ascii(host).encode()
        return bytes((_NAME, len(name))) + name
    return bytes((_IPV4 if address.version == 4 else _IPV6,)) + address.packed


def _is_target(target: str) -> bool:
    """Whether it is a host and port that a proxy can be asked for."""
    if _TARGET.fullmatch(target) is None or int(target.rpartition(":")[2]) > 65535:
        return False
    try:
        return 0 < len(_ascii(target.rpartition(":")[0])) <= LONGEST
    except UnicodeError:
        return False


def _ascii(host: str) -> str:
    """A host name in A-labels (RFC 5891)."""
    return host if host.isascii() else host.encode("idna").decode()


def _request(args: str, data: bytes) -> tuple[Action, ...]:
    return (LayerRow("proxy.request", args, payload=data, sent=True), ToPeer(data))


class ProxyLayer(Layer):
    """Passes everything through once the proxy has connected; from the beginning, if the
    environment was asked for a proxy and names none.
    """

    __slots__ = (
        "_body", "_came", "_logs_data", "_open", "_refused", "_settings", "_talk", "_target",
    )  # fmt: skip
    name = "proxy"
    word = "proxy"

    def __init__(self, settings: EndpointSettings) -> None:
        """Raises Problem: there is no proxy to go through, or no target for it."""
        if settings.proxy is None:
            raise Problem("engine.proxy_missing")
        self._settings = settings
        self._target = settings.address
        proxy_for(settings.proxy, settings.address, tls=_speaks_tls(settings))
        self._talk: _Http | _Socks5 | None = None
        self._open = False
        self._came = b""
        self._logs_data = True
        self._refused: LayerRow | None = None
        self._body: RefusalBody | None = None  # of the refusal, while it is coming in

    def placed(self, below: Sequence[Layer], above: Sequence[Layer]) -> None:
        self._logs_data = not any(layer.logs_bytes or layer.name == "tls" for layer in above)

    def aim(self, target: str) -> None:
        self._target = target

    def start(self, now: float) -> Actions:
        settings = self._settings
        proxy = proxy_for(settings.proxy, self._target, tls=_speaks_tls(settings))
        if proxy is None:
            self._open = True
            return (Opened(),)
        if not _is_target(self._target):
            return self._failed(_Fault(NO_TARGET, repr(self._target)))
        kind = _Http if proxy.kind is ProxyKind.HTTP else _Socks5
        self._talk = kind(proxy, self._target)
        return self._talk.begin()

    def receive(self, data: Data, now: float) -> Actions:
        if self._open:
            return self._through(data)
        if self._refused is not None:
            return self._more_body(bytes(data))
        self._came += bytes(data)
        actions: list[Action] = []
        while self._came and not self._open:
            assert self._talk is not None
            try:
                answered = self._talk.answer(self._came)
            except _Fault as fault:
                return [*actions, *self._failed(fault)]
            if answered is None:
                return actions
            actions += self._taken(answered)
        rest, self._came = self._came, b""
        if rest:
            actions += self._through(rest)
        return actions

    def _taken(self, answered: _Answered) -> Sequence[Action]:
        count = answered.taken
        row = LayerRow("proxy.response", answered.said, count, payload=self._came[:count])
        self._came = self._came[count:]
        if not answered.open_:
            return (row, *answered.next)
        self._open = True
        return (row, Opened())

    def _failed(self, fault: _Fault) -> Sequence[Action]:
        payload, rest = self._came[: fault.taken], self._came
        self._came = b""
        self._refused = row = LayerRow(
            "proxy.response",
            fault.said,
            fault.taken,
            fault.word,
            _ERROR,
            payload[:MOST],
            size=fault.taken,
        )
        if not fault.reasons:
            return (row, self._end())
        self._body = RefusalBody()
        return (row, Wake(BODY, BODY_WAIT), *self._more_body(rest))

    def _more_body(self, data: bytes) -> Sequence[Action]:
        """Take more of a refusal, its head first."""
        answer = None if self._body is None else self._body.feed(data)
        return () if answer is None else self._whole_body(answer)

    def _whole_body(self, answer: bytes) -> Sequence[Action]:
        self._body = None
        return (Wake(BODY, None), *body_rows("proxy.body", answer), self._end())

    def _end(self) -> End:
        row = self._refused
        assert row is not None
        word = row.errno or ""
        return End(Ending.CLOSE, word, LayerFault(word, row.call, row.args))

    def _through(self, data: Data) -> Sequence[Action]:
        if not self._logs_data:
            return (ToApp(data),)
        plain = bytes(data)
        return (LayerRow("proxy.recv", _DATA, len(plain), payload=plain), ToApp(plain))

    def receive_end(self, now: float) -> Actions:
        if self._open:
            return (PeerFinished(),)
        if self._refused is not None:
            return self.wake(BODY, now)
        return self._failed(_Fault(CUT, taken=len(self._came)))

    def send(self, data: Data, now: float) -> Actions:
        if not self._logs_data:
            return (ToPeer(data),)
        return (LayerRow("proxy.send", _DATA, payload=bytes(data), sent=True), ToPeer(data))

    def wake(self, name: str, now: float) -> Actions:
        """The time for the body of a refusal is over: use what has come of it."""
        return () if self._body is None else self._whole_body(self._body.came())

    def late(self) -> LayerRow:
        if self._refused is not None:  # and its body has no end
            row = LayerRow("proxy.body", payload=b"")
            row = next(iter(body_rows(row.call, self.unread())), row)
            return row._replace(errno=self._refused.errno, error=TimeoutError.__name__)
        came = self._came[:MOST]
        return LayerRow("proxy.response", "", None, NO_ANSWER, TimeoutError.__name__, came)

    def reset(self) -> Sequence[LayerRow]:
        if self._refused is not None:
            return (self.late()._replace(error=_ERROR),)
        return (LayerRow("proxy.response", payload=self._came[:MOST]),)

    def unread(self) -> bytes:
        return self._came if self._body is None else self._body.came()


def _speaks_tls(settings: EndpointSettings) -> bool:
    return "tls" in settings.layers
