"""Export: a template as a Python expression of constants, values and built-in functions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from workbench.literals import literal
from workbench.named_tuple import NamedTuple
from workbench.payload.templates import BUILT_IN, CountedPart, FilledUp, Gap, Part, Template

FILLING: Final = "filling"
"""The part of the helper that such an expression needs."""


class CodePlace(NamedTuple):
    """The context of an expression, which decides how its values are written.

    Attributes:
        encoding: of text.
        own: the variable that holds what a pattern has just taken; None: there is none.
        hexed: the values that a pattern of hex took as bytes, which are big-endian numbers.
        counter: it is inside the loop of a repeated send.
    """

    encoding: str
    own: str | None = None
    hexed: frozenset[str] = frozenset()
    counter: bool = False


def expression(template: Template, place: CodePlace) -> str:
    """The bytes of a template, as an expression."""
    return _joined(template.parts, place)


def _joined(parts: Iterable[Part], place: CodePlace) -> str:
    made = [_part(part, place) for part in parts if part not in {b"", ""}]
    return " + ".join(made) or "b''"


def _part(part: Part, place: CodePlace) -> str:
    if isinstance(part, bytes):
        return literal(part)
    if isinstance(part, str):
        return f"{literal(part)}.encode({literal(place.encoding)})"
    if isinstance(part, CountedPart):
        if part.number is not None:
            return f"counted({literal(part.width)}, {number(part.number, place)})"
        more = f", {part.more:d}" if part.more else ""
        return f"sized({literal(part.width)}, {_joined(part.inside, place)}{more})"
    if isinstance(part, FilledUp):
        word = "aligned" if part.multiple else "padded"
        return f"{word}({_joined(part.inside, place)}, {part.size:d})"
    if len(part.terms) > 1:
        return f"str({number(part, place)}).encode()"
    (_, name, argument) = part.terms[0]
    return _bytes(name, argument, place)


def _bytes(name: str | int, argument: str, place: CodePlace) -> str:
    if argument:
        if name == "random":
            return f"letters({literal(int(argument))})"
        if name == "random_bytes":
            return f"random.randbytes({literal(int(argument))})"
        inside = _bytes(argument, "", place)
        if name == "base64":
            return f"in_base64({inside})"
        return f"str(len({inside})).encode()"
    if name == "counter":
        return "str(counter).encode()" if place.counter else "b'1'"
    if name in BUILT_IN:
        return f"now({literal(name)})"
    own = f", {place.own}" if place.own else ""
    return f"value({literal(name)}{own})"


def number(gap: Gap, place: CodePlace) -> str:
    """The number that several terms come to."""
    said = []
    for at, (sign, name, argument) in enumerate(gap.terms):
        if isinstance(name, int):
            one = literal(name)
        else:
            hexed = ", hexed=True" if name in place.hexed and place.own else ""
            own = f", {place.own}" if place.own else ""
            known = not argument and name not in BUILT_IN
            one = (
                f"number({literal(name)}{own}{hexed})"
                if known
                else f"int({_bytes(name, argument, place)})"
            )
        said.append(one if at == 0 else f" {sign} {one}")
    return "".join(said)
