"""The head cases for a server: HTTP requests byte by byte, on a socket without the layer.

Whoever writes the head itself can write any head and see any answer; what the user specified
(headers, origin) is in each request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from workbench.checkup.case import ANSWER, Bench, CheckCase, Group, Wants, no_more
from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings
from workbench.engine.model.web_address import WEBSOCKET
from workbench.engine.model.websocket_settings import WebSocketSettings
from workbench.scenario.steps import Expect, Perform, Step

KEY: Final = "dGhlIHNhbXBsZSBub25jZQ=="
ACCEPT: Final = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
"""The pair of RFC 6455 1.3."""
_OPENS: Final = rf"(?is)^HTTP/1\.1 101 .*?sec-websocket-accept: *{ACCEPT.replace('+', '[+]')}\r\n"
_REFUSES: Final = r"^HTTP/1\.[01] [2345]\d\d"
_NAMES_VERSION: Final = r"(?is)^HTTP/1\.[01] [45]\d\d .*?\r\nsec-websocket-version: *\S"
_ANSWERS: Final = r"(?s)^HTTP/1\.[01] [12345]\d\d.*?\r\n\r\n"
_LONG: Final = 6000


class _Request:
    """An opening request that can be altered before it is written."""

    def __init__(self, settings: EndpointSettings) -> None:
        said = settings.websocket or WebSocketSettings()
        self.method = "GET"
        self.target = said.path or "/"
        self.version = "HTTP/1.1"
        self.host = settings.address
        self.headers: list[tuple[str, str]] = [
            ("Host", settings.address),
            ("Upgrade", "websocket"),
            ("Connection", "Upgrade"),
            ("Sec-WebSocket-Key", KEY),
            ("Sec-WebSocket-Version", "13"),
        ]
        if said.origin is not None:
            self.headers.append(("Origin", said.origin))
        if said.subprotocols:
            self.headers.append(("Sec-WebSocket-Protocol", ", ".join(said.subprotocols)))
        for name, _ in said.headers:
            self.drop(name)
        self.headers += said.headers

    def drop(self, name: str) -> None:
        """Leave a header out."""
        self.headers = [item for item in self.headers if item[0].lower() != name.lower()]

    def put(self, name: str, value: str) -> None:
        """Give a header another value, in its place."""
        if not any(item[0].lower() == name.lower() for item in self.headers):
            self.headers.append((name, value))
            return
        self.headers = [
            (name, value) if item[0].lower() == name.lower() else item for item in self.headers
        ]

    def text(self) -> str:
        """The request as it is sent."""
        lines = [f"{self.method} {self.target} {self.version}"]
        lines += [f"{name}: {value}" if name else value for name, value in self.headers]
        return "\r\n".join([*lines, "", ""])


Change = Callable[[_Request], object]


def _plainly(settings: EndpointSettings) -> EndpointSettings:
    """The endpoint without the layer, which would write the head itself."""
    layers = tuple(name for name in settings.layers if name != WEBSOCKET)
    return replace(settings, layers=layers, websocket=None, encoding="latin-1")


def _head(
    name: str,
    wants: Wants,
    rule: str,
    section: str,
    *changes: Change,
    codes: tuple[int, ...] = (),
    pieces: int = 0,
    absent: str | None = None,
    must: bool = True,
    answer: str | None = None,
) -> CheckCase:
    """A case of one head. `answer`: a pattern that the answer matches; `absent`: one that it must
    not match.
    """
    pattern = answer or (_OPENS if wants is Wants.OPENS else _ANSWERS)

    def steps(bench: Bench) -> tuple[Step, ...]:
        request = _Request(bench.settings)
        for change in changes:
            change(request)
        sent = c.Send(bench.name, text=request.text(), pieces=pieces)
        answered = Expect(bench.name, regex=pattern, within=ANSWER, keep=absent is not None)
        after = () if absent is None else (no_more(bench, regex=absent),)
        return (Perform(sent), answered, *after)

    return CheckCase(name, Group.HEADS, wants, rule, section, steps, codes, must, _plainly)


def _opening() -> Iterator[CheckCase]:
    opens = Wants.OPENS
    yield _head("open", opens, "opens", "4.2.2", codes=(101,))
    yield _head(
        "open_letters", opens, "letters", "4.2.1",
        lambda head: head.put("upgrade", "WebSocket"),
        lambda head: head.put("CONNECTION", "upgrade"),
    )  # fmt: skip
    yield _head(
        "open_list", opens, "list", "4.2.1",
        lambda head: head.put("Connection", "keep-alive, Upgrade"),
    )  # fmt: skip
    yield _head("open_pieces", opens, "stream_head", "4.2.1", pieces=7)
    yield _head(
        "open_absolute", opens, "absolute", "4.2.1",
        lambda head: setattr(head, "target", f"http://{head.host}{head.target}"), must=False,
    )  # fmt: skip
    yield _head(
        "subprotocol_unknown", Wants.ANSWERS, "subprotocol", "4.2.2",
        lambda head: head.put("Sec-WebSocket-Protocol", "check-up.nobody-knows"),
        absent=r"(?i)sec-websocket-protocol: *(?!check-up\.nobody-knows)\S", codes=(101,),
    )  # fmt: skip
    yield _head(
        "subprotocol_none", Wants.OPENS, "subprotocol", "4.2.2",
        lambda head: head.drop("Sec-WebSocket-Protocol"),
        absent=r"(?i)sec-websocket-protocol: *\S", must=False,
    )  # fmt: skip
    yield _head(
        "extension_unknown", Wants.OPENS, "extension", "9.1",
        lambda head: head.put("Sec-WebSocket-Extensions", "x-check-up; nonsense=1"),
        absent=r"(?i)sec-websocket-extensions: *\S", codes=(101,),
    )  # fmt: skip
    yield _head(
        "deflate_bad_offer", Wants.OPENS, "deflate_offer", "RFC 7692 7.1",
        lambda head: head.put(
            "Sec-WebSocket-Extensions", "permessage-deflate; server_max_window_bits=99"
        ),
        absent=r"(?i)sec-websocket-extensions: *\S", codes=(101,),
    )  # fmt: skip
    yield _head(
        "head_long", Wants.ANSWERS, "head_long", "RFC 6585 5",
        lambda head: head.put("X-Long", "x" * _LONG), codes=(101, 431), must=False,
    )  # fmt: skip
    yield _head(
        "origin_other", Wants.ANSWERS, "origin", "10.2",
        lambda head: head.put("Origin", "https://elsewhere.test"), codes=(101, 403), must=False,
    )  # fmt: skip


def _refused() -> Iterator[CheckCase]:
    def case(
        name: str, rule: str, section: str, *changes: Change, answer: str = _REFUSES
    ) -> CheckCase:
        return _head(name, Wants.REFUSES, rule, section, *changes, answer=answer)

    yield case("no_upgrade", "upgrade", "4.2.1", lambda head: head.drop("Upgrade"))
    yield case("other_upgrade", "upgrade", "4.2.1", lambda head: head.put("Upgrade", "h2c"))
    yield case("no_connection", "connection", "4.2.1", lambda head: head.drop("Connection"))
    yield case("no_host", "host", "4.2.1", lambda head: head.drop("Host"))
    yield case("no_key", "key", "4.2.1", lambda head: head.drop("Sec-WebSocket-Key"))
    yield case(
        "short_key", "key", "4.2.1", lambda head: head.put("Sec-WebSocket-Key", "dG9vIHNob3J0")
    )
    yield case(
        "bad_key", "key", "4.2.1", lambda head: head.put("Sec-WebSocket-Key", "no base64 at all!")
    )
    yield case(
        "two_keys", "key", "11.3.1",
        lambda head: head.headers.append(("Sec-WebSocket-Key", "AQIDBAUGBwgJCgsMDQ4PEA==")),
    )  # fmt: skip
    yield case("no_version", "version", "4.2.1", lambda head: head.drop("Sec-WebSocket-Version"))
    yield case(
        "other_version", "other_version", "4.2.2",
        lambda head: head.put("Sec-WebSocket-Version", "12"), answer=_NAMES_VERSION,
    )  # fmt: skip
    yield case(
        "post", "method", "4.2.1", lambda head: setattr(head, "method", "POST"),
        lambda head: head.put("Content-Length", "0"),
    )  # fmt: skip
    yield case(
        "http_1_0", "http_version", "4.2.1", lambda head: setattr(head, "version", "HTTP/1.0")
    )
    yield case(
        "space_before_colon", "header_line", "RFC 9112 5.1",
        lambda head: head.headers.append(("X-Check ", "space before the colon")),
    )  # fmt: skip


def server_heads() -> tuple[CheckCase, ...]:
    """All cases of heads for a server, in the order they are tried."""
    return (*_opening(), *_refused())
