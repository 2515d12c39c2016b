"""JSON in expectations and sends: comparing "at least these members", paths, and filling in values.

A path consists of names and list indices joined by dots: "data.items.0.id". A member whose own name
contains dots is found first.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, Self

from workbench.named_tuple import NamedTuple
from workbench.payload.characters import BYTES, codec
from workbench.payload.templates import Value
from workbench.texts import Problem

ANY: Final = "*"
"""Any value, as long as there is one."""
SHOWN: Final = 60
"""Characters of a value in a sentence."""
_MISSING: Final = object()
_NUMBER: Final = re.compile(r"-?(?:0|[1-9]\d{0,30})(?:\.\d{1,30})?(?:[eE][+-]?\d{1,3})?", re.ASCII)
_HEAD_ENDS: Final = re.compile(rb"\r?\n\r?\n")
_CHUNKED: Final = re.compile(rb"(?im)^transfer-encoding[ \t]*:.*\bchunked[ \t]*\r?$")
_CHUNK: Final = re.compile(rb"\s*([0-9A-Fa-f]{1,15})[^\r\n]*\r?\n")


class FromGap(str):  # noqa: SLOT000 - mypy knows no attribute of a str with slots
    """A string that a value filled in: a "*" in it does not mean any value.

    Attributes:
        untyped: it is not known whether it is a string or a number, as with what a pattern took.
    """

    untyped: bool

    def __new__(cls, text: str, *, untyped: bool = False) -> Self:
        made = super().__new__(cls, text)
        made.untyped = untyped
        return made


class Difference(NamedTuple):
    """A place where what came is not what was wanted.

    Attributes:
        how: part of the key of its sentence: "other", "missing", "length" or "item".
        path: where; "": the whole.
        wanted, came: as JSON; for "missing", what is there in its place.
    """

    how: str
    path: str
    wanted: str
    came: str


def read_json(text: str) -> Any:
    """A text of JSON as values.

    Raises:
        Problem: it is none, and why; NaN and Infinity are none.
    """
    try:
        return json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise Problem("scenario.no_json", position=error.pos + 1) from error
    except (ValueError, RecursionError) as error:
        raise Problem("scenario.no_json", position=1) from error


def _no_number(name: str) -> None:
    raise ValueError(name)


def document(data: bytes, encoding: str, *, http: bool) -> Any:
    """A message as JSON; of one of HTTP, its body. Raises Problem: it is not JSON."""
    if http:
        data, encoding = http_body(data), "utf-8"
    name = codec("utf-8" if encoding == BYTES else encoding)
    try:
        text = data.decode("utf-8-sig" if name == "utf-8" else name)
    except (UnicodeError, LookupError) as error:
        raise Problem("scenario.no_json", position=1) from error
    return read_json(text)


def http_body(data: bytes) -> bytes:
    """What follows the head, without the sizes of chunks (RFC 9112, 7.1)."""
    head = _HEAD_ENDS.search(data)
    if head is None:
        return data
    body = data[head.end() :]
    if _CHUNKED.search(data[: head.end()]) is None:
        return body
    parts, place = [], 0
    while (chunk := _CHUNK.match(body, place)) is not None and (size := int(chunk[1], 16)):
        parts.append(body[chunk.end() : chunk.end() + size])
        place = chunk.end() + size
    return b"".join(parts)


def written(value: Any) -> str:
    """A value as JSON, in one line without blanks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def shown(value: Any) -> str:
    """A value in a sentence; a long one is shortened."""
    text = written(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


# -- comparing ----------------------------------------------------------------------------------


def differences(wanted: Any, came: Any, path: str = "") -> list[Difference]:
    """Every place where what came has not at least what is wanted; lists are compared in full."""
    if wanted == ANY and not isinstance(wanted, FromGap):
        return []
    if isinstance(wanted, Mapping):
        if not isinstance(came, dict | list):
            return [Difference("other", path, shown(wanted), shown(came))]
        found: list[Difference] = []
        for name, part in wanted.items():
            there, at, value = _followed(came, name, path)
            if value is _MISSING:
                found.append(_missing(there, at, part))
            else:
                found += differences(part, value, at)
        return found if wanted or isinstance(came, dict) else [_other(wanted, came, path)]
    if isinstance(wanted, list):
        if not isinstance(came, list):
            return [_other(wanted, came, path)]
        if len(wanted) != len(came):
            return [Difference("length", path, str(len(wanted)), str(len(came)))]
        found = []
        for place, (part, value) in enumerate(zip(wanted, came, strict=True)):
            found += differences(part, value, _joined(path, str(place)))
        return found
    return [] if _same(wanted, came) else [_other(wanted, came, path)]


def _other(wanted: Any, came: Any, path: str) -> Difference:
    return Difference("other", path, shown(wanted), shown(came))


def _missing(there: Any, at: str, wanted: Any) -> Difference:
    if isinstance(there, list):
        return Difference("item", at, shown(wanted), str(len(there)))
    names = ", ".join(map(shown, there)) if isinstance(there, dict) else shown(there)
    return Difference("missing", at, shown(wanted), names or "–")


def _same(wanted: Any, came: Any) -> bool:
    """Whether two values are the same: numbers are compared as numbers, 7 equals 7.0; true is not a
    number.
    """
    if isinstance(wanted, FromGap) and wanted.untyped and not isinstance(came, str):
        return _number(came) and _NUMBER.fullmatch(wanted) is not None and _read(wanted) == came
    if _number(wanted):
        return _number(came) and bool(wanted == came)
    return _same_kind(wanted, came) and bool(wanted == came)


def _same_kind(wanted: Any, came: Any) -> bool:
    kinds: tuple[type, ...] = (str, bool, type(None))
    return any(isinstance(wanted, kind) and isinstance(came, kind) for kind in kinds)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _read(number: str) -> int | float:
    return int(number) if number.lstrip("-").isdigit() else float(number)


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _followed(value: Any, name: str, path: str) -> tuple[Any, str, Any]:
    """Follow a path: the last value that it was followed in, the path up to there, and what is at
    its end.
    """
    if isinstance(value, dict) and name in value:
        return value, _joined(path, name), value[name]
    for part in name.split("."):
        path = _joined(path, part)
        found = _member(value, part)
        if found is _MISSING:
            return value, path, _MISSING
        value, before = found, value
    return before, path, value


def _member(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return value.get(name, _MISSING)
    if isinstance(value, list) and name.isascii() and name.isdigit() and len(name) < 10:
        return value[int(name)] if int(name) < len(value) else _MISSING
    return _MISSING


# -- values -------------------------------------------------------------------------------------


def value_at(came: Any, path: str) -> Value | None:
    """What is at a path, as a value; None: nothing is."""
    value = _followed(came, path, "")[2]
    if value is _MISSING:
        return None
    if isinstance(value, str):
        return Value(value.encode("utf-8", "surrogatepass"), literal=False)
    return Value(written(value).encode("utf-8", "surrogatepass"), literal=True)


def of_value(value: Value, *, sent: bool) -> Any:
    """A value in place of a string that consists of its gap: with the type that it has.

    Of a value without a type, as a pattern takes them, a number is sent as a number; an expectation
    accepts either.

    Raises:
        Problem: it is a number that JSON does not have, inf or nan.
    """
    text = value.data.decode("utf-8", "replace")
    if value.literal:
        try:
            return json.loads(text, parse_constant=_no_number)
        except ValueError as error:
            raise Problem("scenario.not_in_json", value=text) from error
    if value.literal is False or _NUMBER.fullmatch(text) is None:
        return FromGap(text)
    return _read(text) if sent else FromGap(text, untyped=True)


def filled(source: Any, fill: Callable[[str], Any]) -> Any:
    """A table, list or string with each string in it as `fill` returns it; names stay."""
    if isinstance(source, Mapping):
        return {name: filled(part, fill) for name, part in source.items()}
    if isinstance(source, list):
        return [filled(part, fill) for part in source]
    return fill(source) if isinstance(source, str) else source


def check(source: Any) -> None:
    """Check that JSON can express all values of a table. Raises Problem: a date, inf or nan."""
    if isinstance(source, Mapping):
        source = list(source.values())
    if isinstance(source, list):
        for part in source:
            check(part)
    elif not isinstance(source, str | int | float) or not _finite(source):
        raise Problem("scenario.not_in_json", value=str(source))


def check_ends_itself(source: Any) -> None:
    """Check that it is an object or list, whose end can be recognized in a stream without messages.

    Raises Problem.
    """
    if isinstance(source, str) and source.lstrip()[:1] not in {"{", "["}:
        raise Problem("scenario.json_in_stream")


def _finite(value: str | float) -> bool:
    return isinstance(value, str) or math.isfinite(value)
