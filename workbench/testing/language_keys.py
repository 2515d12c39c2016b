"""The keys of the scenario language as typed keyword arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict

Table = Mapping[str, Any]
"""A table of a scenario: `responder = {"kind": "greet", "text": "hello"}`."""


class EndpointKeys(TypedDict, total=False):
    """The keys of an `[endpoint.NAME]`, with the same meaning."""

    role: Literal["listener", "stream", "datagram"]
    family: str
    type: str
    protocol: int
    address: str
    bind: str
    backlog: int
    timeout: float | Literal["none"]
    accept: Literal["auto", "paused"]
    receive: Literal["auto", "paused"]
    send: Literal["auto", "paused"]
    calls: Literal["at once", "slowly", "step"]
    bufsize: int
    count: int
    port_search: bool
    responder: Table
    options: Table
    dual_stack: bool
    encoding: str
    layers: Sequence[str]
    messages: Table | Literal["http", "none"]
    reconnect: Table | Literal["none"]
    handshake_timeout: float
    proxy: str
    tls: Table | Literal["none"]
    websocket: Table | Literal["none"]
    ignore: Sequence[Table]


class SendKeys(TypedDict, total=False):
    """The keys of a step `send`."""

    text: str
    hex: str
    file: str
    json: Table | Sequence[object] | str
    encoding: str
    append: str
    append_hex: str
    pieces: int
    checksum_order: Literal["little", "big"]
    checksum_from: int
    checksum_to: int
    placeholders: bool
    wrap: bool
    connection: int | Literal["all"]
    to: str
    repeat: int
    interval: float
    wait: bool
    error: str


class ExpectKeys(TypedDict, total=False):
    """The keys of a step `expect`."""

    kind: Literal["call", "end", "command", "note", "layer"]
    call: str
    connection: int | Literal["any"]
    result: int
    errno: str
    error: str
    peer: str
    size: int
    count: int
    absent: bool
    text: str
    hex: str
    contains: str
    regex: str
    json: Table | Sequence[object] | str
    take: Mapping[str, str]
    program: str
    encoding: str
    within: float
    state: str
    reading: str
    least: int
    most: int
    next: bool
    keep: bool
    exact: bool
    each: bool
    closed: bool | Literal["fin", "reset"]
    by: Literal["peer", "us"]
    not_before: float
    at_most: float
    opcode: int | str
    fin: bool
    rsv: int
    code: int
    reason: str
    status: int
    header: Mapping[str, str]
