"""The keys of `expect` that say how it judges, and which of them may be combined."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any, Final

from workbench.engine.model import settings as s
from workbench.engine.model.address import is_name, parse
from workbench.engine.model.message_ends import Http
from workbench.engine.model.web_address import WEBSOCKET
from workbench.engine.model.websocket_settings import OPCODES
from workbench.engine.protocol.stack import layer_names
from workbench.payload.json_values import check as check_json
from workbench.payload.json_values import check_ends_itself, read_json
from workbench.payload.templates import text_template
from workbench.scenario import layer_steps
from workbench.scenario import values as v
from workbench.scenario.locate import Path as KeyPath
from workbench.scenario.steps import ANY, FIN, PEER, RESET, US, WORDS
from workbench.scenario.what_came import gives_stream
from workbench.texts import Problem

CLOSE: Final = OPCODES["CLOSE"]
_WITHIN: Final = 2.0
_HOW: Final = ("take", "next", "keep", "exact", "each", "not_before", "at_most")
BYTES_KEYS: Final = ("text", "hex", "contains", "regex", "json")
NOT_IN_UNTIL: Final = ("do", "within", "absent", "on_failure", *_HOW)
"""Keys that mean nothing to what ends a loop."""
_NOT_ABSENT: Final = _HOW
"""Keys that say how something comes."""
_BESIDE_CLOSED: Final = frozenset(
    {"do", "endpoint", "connection", "closed", "by", "within", "count", "absent", "on_failure"}
    | set(_HOW)
)


@v.takes({"enum": [FIN, RESET, True]})
def _closed(body: v.Table, key: str, path: KeyPath) -> str | bool:
    """How a connection ends; true: in any way."""
    if body[key] is True:
        return True
    if not isinstance(body[key], str):
        raise v.not_wanted((*path, key), key, body[key], "fin", "reset", "true")
    return v.choice(body, key, (FIN, RESET), path)


@v.takes({"type": ["object", "array", "string"]})
def json_of(body: v.Table, key: str, path: KeyPath) -> Any:
    """A table or a list unchanged, or a text of JSON, which is parsed when it is filled in."""
    source = body[key]
    if isinstance(source, bool) or not isinstance(source, dict | list | str):
        raise v.not_wanted((*path, key), key, source, "table", "list", "json")
    v.check(partial(check_json, source), (*path, key))
    return source


def check_json_text(source: Any, names: Collection[str], path: KeyPath) -> None:
    """Check that a text is JSON, as far as that is known. Raises Wrong."""
    if isinstance(source, str) and text_template(source, names, "utf-8").fixed is not None:
        v.check(partial(read_json, source), path)


@v.takes({"type": "object", "additionalProperties": v.TEXT, "minProperties": 1})
def _take(body: v.Table, key: str, path: KeyPath) -> dict[str, str]:
    found: dict[str, str] = {}
    table = v.typed(body, key, dict, path)
    where = (*path, key)
    if not table:
        raise v.wrong(where, "scenario.take_nothing")
    for name in table:
        v.check_name(name, (*where, name))
        found[name] = str(v.typed(table, name, str, where))
    if "json" not in body:
        for name in table:
            v.choice(table, name, WORDS, where)
    return found


def _in_range(least: int, most: int, told: str) -> v.Read:
    @v.takes({"type": "integer", "minimum": least, "maximum": most})
    def read(body: v.Table, key: str, path: KeyPath) -> int:
        value = v.numeric(body[key])
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        raise v.wrong((*path, key), told, value=v.shown(value))

    return read


_code: Final = _in_range(0, 65535, "scenario.expected_code")
_status: Final = _in_range(100, 999, "engine.ws_status")


@v.takes({"type": "object", "additionalProperties": v.TEXT, "minProperties": 1})
def _header(body: v.Table, key: str, path: KeyPath) -> dict[str, str]:
    table = v.typed(body, key, dict, path)
    where = (*path, key)
    if not table:
        raise v.wrong(where, "scenario.header_nothing")
    return {name: str(v.typed(table, name, str, where)) for name in table}


_OF_NUMBERS: Final = frozenset({"AF_INET", "AF_INET6", "AF_UNSPEC"})
PROGRAM: Final = "program"


def check_program(body: v.Table, programs: Collection[str], path: KeyPath, *, until: bool) -> None:
    """Check that a program ends a loop only by a text of its output. Raises Wrong."""
    where = (*path, PROGRAM)
    if not until:
        raise v.wrong(where, "scenario.program_until")
    if body.get("endpoint", ANY) != ANY:
        raise v.wrong((*path, "endpoint"), "scenario.one_of", keys=f"{PROGRAM}, endpoint")
    v.typed(body, "contains", str, path)
    for key in body:
        if key not in {"do", "endpoint", "within", "contains", PROGRAM}:
            raise v.wrong((*path, key), "scenario.one_of", keys=f"{PROGRAM}, {key}")
    name = v.typed(body, PROGRAM, str, path)
    if name not in programs:
        there = ", ".join(sorted(programs)) or "–"
        raise v.wrong(where, "scenario.unknown_program", name=name, there=there)


KEYS: Final[Mapping[str, v.Read]] = {
    PROGRAM: v.key_of(str),
    "json": json_of,
    "take": _take,
    "next": v.key_of(bool),
    "keep": v.key_of(bool),
    "exact": v.key_of(bool),
    "each": v.key_of(bool),
    "closed": _closed,
    "by": v.one_of((PEER, US)),
    "not_before": v.seconds,
    "at_most": v.seconds,
    "opcode": layer_steps.opcode,
    "fin": v.key_of(bool),
    "rsv": layer_steps.rsv,
    "code": _code,
    "reason": v.key_of(str),
    "status": _status,
    "header": _header,
}
OF_FRAMES: Final = ("opcode", "fin", "rsv")
OF_ENDS: Final = ("code", "reason")
OF_HEADS: Final = ("status", "header")
"""Keys about rows of layers that are no messages."""


def check(body: v.Table, owner: s.EndpointSettings | None, path: KeyPath) -> None:
    """Check that the keys of an expectation may be combined.

    `owner`: the settings that its endpoint has then; None: it means any.

    Raises:
        Wrong: which key does not, and why.
    """
    _check_peer(body, owner, path)
    _check_absent(body, path)
    _check_closed(body, owner, path)
    _check_layer(body, owner, path)
    if _on(body, "exact") and _on(body, "next"):
        raise v.wrong((*path, "exact"), "scenario.exact_or_next")
    if _on(body, "each"):
        if isinstance(body.get("connection"), int):
            raise v.wrong((*path, "each"), "scenario.each_of_one")
        if owner is not None and owner.role is s.Role.DATAGRAM:
            raise v.wrong((*path, "each"), "scenario.one_socket", key="each")
    if "json" in body and is_plain_stream(owner):
        v.check(partial(check_ends_itself, body["json"]), (*path, "json"))
    payload = "payload" in body.get("take", {}).values() and "json" not in body
    if payload and wants_bytes(body) and is_plain_stream(owner):
        raise v.wrong((*path, "take"), "scenario.take_payload")
    if _on(body, "next") and "contains" in body and is_plain_stream(owner):
        raise v.wrong((*path, "next"), "scenario.next_contains")


def _check_peer(body: v.Table, owner: s.EndpointSettings | None, path: KeyPath) -> None:
    """Check that an address is written as in the log: host and port in numbers."""
    said = body.get("peer")
    if said is None or owner is None or owner.family not in _OF_NUMBERS or "{" in said:
        return
    if said != ANY and not said.startswith("@"):
        v.check(partial(parse, said, owner.family), (*path, "peer"))
        if is_name(said):
            raise v.wrong((*path, "peer"), "scenario.peer_name", peer=said)


def _check_layer(body: v.Table, owner: s.EndpointSettings | None, path: KeyPath) -> None:
    """Check the keys about frames, ends and heads: only one kind, and only if there are such."""
    kinds = [
        said
        for keys in (OF_FRAMES, OF_ENDS, OF_HEADS)
        if (said := [key for key in keys if key in body])
    ]
    if not kinds:
        return
    frames_of_ends = body.get("opcode", CLOSE) == CLOSE and kinds[0][0] in OF_FRAMES
    if len(kinds) > 1 and not (frames_of_ends and kinds[1][0] in OF_ENDS and len(kinds) == 2):
        told = "scenario.code_of_close" if kinds[0][0] in OF_FRAMES else "scenario.one_of"
        raise v.wrong((*path, kinds[1][0]), told, keys=f"{kinds[0][0]}, {kinds[1][0]}")
    key = kinds[0][0]
    if owner is None or (key in OF_HEADS and "call" in body):
        return
    divided = key in OF_HEADS and isinstance(owner.messages, Http)
    if WEBSOCKET not in layer_names(owner) and not divided:
        raise v.wrong((*path, key), "scenario.no_websocket", key=key, name=owner.name)
    if "status" in body and owner.role is s.Role.LISTENER:
        raise v.wrong((*path, "status"), "scenario.status_of_server")
    other = next((name for name in ("kind", "call") if name in body), None)
    if other is not None and body[other] not in {"layer", "ws.recv", "ws.end"}:
        raise v.wrong((*path, other), "scenario.one_of", keys=f"{key}, {other}")


def _check_absent(body: v.Table, path: KeyPath) -> None:
    if not _on(body, "absent"):
        return
    key = next((key for key in _NOT_ABSENT if body.get(key) not in (None, False)), None)
    if key is not None:
        raise v.wrong((*path, key), "scenario.absent_alone", key=key)


def _check_closed(body: v.Table, owner: s.EndpointSettings | None, path: KeyPath) -> None:
    if "closed" not in body:
        if "by" in body:
            raise v.wrong(path, "scenario.missing", key="closed")
        return
    other = next((key for key in body if key not in _BESIDE_CLOSED), None)
    if other is not None:
        raise v.wrong((*path, other), "scenario.one_of", keys=f"closed, {other}")
    if owner is not None and owner.role is s.Role.DATAGRAM:
        raise v.wrong((*path, "closed"), "scenario.not_closed")


def within(body: v.Table, values: Mapping[str, Any], path: KeyPath) -> dict[str, float]:
    """How long to wait if only `took` is given: as long as that allows.

    Raises:
        Wrong: no time could hold.
    """
    earliest, latest = values.get("not_before"), values.get("at_most")
    if earliest is not None and latest is not None and earliest > latest:
        raise v.Wrong((*path, "not_before"), Problem("scenario.never_in_time"))
    if "within" in body or (earliest is None and latest is None):
        return {}
    return {"within": usual_within(earliest, latest)}


def usual_within(not_before: float | None, at_most: float | None) -> float:
    """The default for how many seconds something may take to come."""
    if not_before is None and at_most is None:
        return _WITHIN
    return max(_WITHIN, at_most or 0.0, (not_before or 0.0) + _WITHIN)


def is_plain_stream(owner: s.EndpointSettings | None) -> bool:
    """Whether its bytes come without an end between messages."""
    return owner is not None and gives_stream(owner)


def wants_bytes(body: v.Table) -> bool:
    """Whether an expectation is about bytes."""
    return any(key in body for key in BYTES_KEYS)


def _on(body: v.Table, key: str) -> bool:
    return body.get(key) is True
