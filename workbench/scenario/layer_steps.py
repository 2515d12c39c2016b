"""The keys of steps for layers: frame, ping, pong, ws_close, raw, start_layer."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, Final, get_args

from workbench.engine.model import commands as c
from workbench.engine.model.web_address import TLS, WEBSOCKET
from workbench.engine.model.websocket_settings import FORMS, OPCODES
from workbench.payload.templates import hex_template
from workbench.scenario import values as v
from workbench.scenario.locate import Path as KeyPath

_MASK: Final = re.compile(r"\s*(?:[0-9a-fA-F]{2}\s*){4}\Z")
_NUMBER: Final = re.compile(r"(?:0[xX][0-9a-fA-F]{1,16}|[1-9][0-9]{0,19})\Z")
_NAMES: Final = tuple(name.lower() for name in OPCODES)
RSV_MOST: Final = 7


@v.takes({"anyOf": [{"type": "integer", "minimum": 0, "maximum": 15}, {"enum": [*_NAMES]}]})
def opcode(body: v.Table, key: str, path: KeyPath) -> int:
    """A number of four bits, or a name in lower or upper case."""
    value = v.numeric(body[key])
    if isinstance(value, str) and not value.isdecimal():
        return OPCODES[v.choice({key: value.lower()}, key, _NAMES, path).upper()]
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 15:
        return value
    raise v.wrong((*path, key), "engine.ws_frame_opcode", value=v.shown(value))


@v.takes({"type": "integer", "minimum": 0, "maximum": RSV_MOST})
def rsv(body: v.Table, key: str, path: KeyPath) -> int:
    """The three reserved bits as a number."""
    value = v.numeric(body[key])
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= RSV_MOST:
        return value
    raise v.wrong((*path, key), "engine.ws_frame_rsv", value=v.shown(value))


@v.takes(v.TEXT)
def _mask(body: v.Table, key: str, path: KeyPath) -> str:
    value = str(v.typed(body, key, str, path))
    if value != v.NO_TIMEOUT and not _MASK.match(value):
        raise v.wrong((*path, key), "engine.ws_frame_mask", value=value)
    return value


@v.takes({"enum": [*FORMS]})
def _form(body: v.Table, key: str, path: KeyPath) -> int:
    value = v.numeric(body[key])
    if isinstance(value, bool) or value not in FORMS:
        raise v.wrong((*path, key), "engine.ws_frame_form", value=v.shown(value))
    return int(value)


@v.takes(v.either({"type": "integer", "minimum": 0}, v.TEXT))
def _length(body: v.Table, key: str, path: KeyPath) -> int:
    """Up to 64 bits; numbers too large for a TOML integer are written as text: "0x8000…"."""
    value = v.numeric(body[key])
    if isinstance(value, str) and _NUMBER.match(value):
        value = int(value, 0)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**64:
        return value
    raise v.not_wanted((*path, key), key, value, "bytes")


@v.takes({"anyOf": [{"type": "integer", "minimum": 0, "maximum": 65535}, v.NONE]})
def _code(body: v.Table, key: str, path: KeyPath) -> int | None:
    """Any code of two bytes; "none": the frame has neither code nor reason."""
    value = v.numeric(body[key])
    if value == v.NO_TIMEOUT:
        return None
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 65535:
        return value
    raise v.wrong((*path, key), "scenario.close_code", value=v.shown(value))


KEYS: Final[Mapping[str, v.Read]] = {
    "opcode": opcode,
    "fin": v.key_of(bool),
    "rsv": rsv,
    "mask": _mask,
    "wrong_mask": v.key_of(bool),
    "length": _length,
    "form": _form,
    "code": _code,
    "reason": v.key_of(str),
    "below": v.one_of((WEBSOCKET, TLS)),
    "layer": v.one_of((TLS, WEBSOCKET)),
}
"""Of the fields of their commands."""
Payload = c.SendFrame | c.Ping | c.Pong | c.Raw
"""Commands with bytes of their own."""


def check(
    kind: type, values: Mapping[str, Any], default: str, names: Collection[str], path: KeyPath
) -> None:
    """Check a step as far as possible before anything starts; `default`: the endpoint's encoding.

    Raises Wrong.
    """
    if kind not in get_args(Payload):
        return
    said = [key for key in ("text", "hex", "file") if key in values]
    if kind is c.Raw and len(said) != 1:
        raise v.wrong(path, "engine.one_payload")
    if len(said) > 1:
        raise v.wrong((*path, said[1]), "engine.ws_one_payload")
    used = values.get("encoding") or default
    v.payload(values, default, path, lambda text: hex_template(text, names, used))
    if kind is c.SendFrame and "length" in values and "form" in values:
        room = {0: 126, 2: 2**16, 8: 2**64}[values["form"]]
        if values["length"] >= room:
            raise v.wrong(
                (*path, "length"),
                "engine.ws_frame_length",
                value=values["length"],
                form=values["form"],
            )
