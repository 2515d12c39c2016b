"""Export: the bytes that a step sends, as a Python expression."""

from __future__ import annotations

import re
import warnings
from collections.abc import Collection
from typing import Any

from workbench.engine.model import commands as c
from workbench.engine.model.message_ends import Delimiter, Http, LengthField
from workbench.engine.model.settings import EndpointSettings
from workbench.engine.model.tail import Append, Tailed
from workbench.engine.protocol.framing import wrapper_of
from workbench.engine.protocol.with_tail import with_tail
from workbench.literals import literal
from workbench.named_tuple import NamedTuple
from workbench.payload.characters import codec
from workbench.payload.checksum import CHECKSUMS
from workbench.payload.notation import suffix
from workbench.payload.templates import PLACEHOLDERS, Template, hex_template, text_template
from workbench.scenario.code_help import DIVIDING, HTTP, JSON
from workbench.scenario.code_json import json_code
from workbench.scenario.code_values import FILLING, CodePlace, expression


class Code(NamedTuple):
    """An expression, the helper parts it needs, and the bytes if they are known already."""

    text: str
    needs: frozenset[str] = frozenset()
    fixed: bytes | None = None


def payload(
    command: c.Send,
    item: EndpointSettings,
    names: Collection[str] = (),
    *,
    counter: bool = False,
    json: Any = None,
) -> Code:
    """What a step sends; `names`: values that are known at run time; `counter`: in a loop of it.

    `json`: what its text is made of when it is sent.

    Raises:
        Problem: a text that its encoding lacks, a value that there is not.
    """
    encoding = codec(command.encoding or item.encoding)
    place = CodePlace(encoding, counter=counter)
    if json is not None and names:
        said = json_code(json, {*names, *PLACEHOLDERS}, sent=True)
        made = Code(f"written({said}).encode({literal(encoding)})", JSON)
    elif command.file is not None:
        made = Code(f"open({literal(command.file)}, 'rb').read()")
    elif command.hex is not None:
        made = of_template(hex_template(command.hex, names, encoding), place)
    else:
        text = command.text or ""
        known = {*names, *PLACEHOLDERS} if names or command.placeholders else ()
        made = plain_text(text, encoding)
        template = text_template(text, known, encoding) if known else None
        if template is not None and template.fixed is None:
            made = of_template(template, place)
    return (
        wrapped_in(tailed(made, command, place, names), item)
        if command.wrap
        else tailed(made, command, place, names)
    )


def plain_text(text: str, encoding: str) -> Code:
    """A text without gaps; one that the encoding cannot express fails in the script as it does in a
    run.
    """
    try:
        fixed = text.encode(encoding)
    except (ValueError, LookupError):  # also for a name with a NUL
        fixed = None
    return Code(f"{literal(text)}.encode({literal(encoding)})", fixed=fixed)


def of_template(template: Template, place: CodePlace) -> Code:
    """The code of a template."""
    if template.fixed is not None:
        return Code(literal(template.fixed), fixed=template.fixed)
    return Code(expression(template, place), frozenset({FILLING}))


def tailed(made: Code, said: Tailed, place: CodePlace, names: Collection[str]) -> Code:
    """The bytes with what is appended."""
    if said.append is Append.NOTHING and not said.append_hex:
        return made
    after = of_template(hex_template(said.append_hex, names, place.encoding), place)
    needs = made.needs | after.needs
    if made.fixed is not None and after.fixed is not None:
        whole = with_tail(made.fixed, said, after.fixed)
        behind = whole[len(made.fixed) :]
        return Code(f"{made.text} + {literal(behind)}", needs, whole)
    if said.append.value in CHECKSUMS:
        order = None if said.checksum_order is None else said.checksum_order.value
        about = map(literal, (said.append.value, order, said.checksum_from, said.checksum_to))
        text = f"with_sum({made.text}, {', '.join(about)})"
        needs |= {"checksum", FILLING}
    elif said.append is Append.NOTHING:
        text = made.text
    else:
        text = f"{made.text} + {literal(suffix(said.append.value))}"
    return Code(text if after.fixed == b"" else f"{text} + {after.text}", needs)


def wrapped_in(made: Code, item: EndpointSettings) -> Code:
    """The bytes as one message."""
    if item.messages is None:
        return made
    if made.fixed is not None:
        whole = wrapper_of(item.messages, item.encoding)(made.fixed)
        return Code(literal(whole), made.needs, whole)
    match item.messages:
        case Delimiter():
            end = wrapper_of(item.messages, item.encoding)(b"")
            return Code(f"{made.text} + {literal(end)}", made.needs)
        case LengthField(length=field, at=at, add=add):
            text = f"wrapped({made.text}, {literal(field)}, {at:d}, {literal(add)})"
            return Code(text, made.needs | DIVIDING)
        case Http():
            return Code(f"with_content_length({made.text})", made.needs | HTTP)
    return made


def in_standard_library(pattern: str) -> bool:
    """Whether `re` understands a pattern as `regex` does. It warns of what it may understand
    differently in future (nested sets).
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            re.compile(pattern)
        except (re.error, Warning, OverflowError, RecursionError):
            return False
    return True
