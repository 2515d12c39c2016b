"""The number that {counter} had in what was sent by hand, since a single send of a scenario has
1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from workbench.engine.model import commands as c
from workbench.engine.model.serialize import parse_command
from workbench.journal.reader import Reader
from workbench.payload.templates import PLACEHOLDERS, Template, Value, hex_template, text_template
from workbench.scenario.recorded import rows_of
from workbench.texts import Problem

_NAME = "counter"


def numbered(reader: Reader) -> Callable[[int, c.Command], c.Command]:
    """A function that gives the command of a row the number that it was sent with; an endpoint
    counts the messages that name it and are sent once.
    """
    sent: Counter[str | None] = Counter()
    numbers: dict[int, int] = {}
    failed = {row.cause for row in rows_of(reader, "kind:note") if row.call == "not_done"}
    for row in rows_of(reader, "kind:command"):
        if row.call != "send" or _NAME not in row.args or row.seq in failed:
            continue
        try:
            command = parse_command(row.call, row.args, row.endpoint)
        except ValueError:  # from a newer version
            continue
        if isinstance(command, c.Send) and command.repeat == 1 and _named(command):
            sent[row.endpoint] += 1
            numbers[row.seq] = sent[row.endpoint]

    def of(seq: int, command: c.Command) -> c.Command:
        number = numbers.get(seq, 1)
        if number == 1 or not isinstance(command, c.Send):
            return command
        known = {_NAME: Value(str(number).encode(), literal=True)}
        return replace(command, **{key: made.left(known) for key, made in _named(command).items()})

    return of


def _named(command: c.Send) -> dict[str, Any]:
    """The templates of a command that name the number."""
    found: dict[str, Template] = {}
    try:
        if command.text is not None and command.placeholders:
            found["text"] = text_template(command.text, PLACEHOLDERS, "utf-8")
        for key in ("hex", "append_hex"):
            source = getattr(command, key)
            if source:
                found[key] = hex_template(source, (), "utf-8")
    except Problem:  # it was refused
        return {}
    return {
        key: made
        for key, made in found.items()
        if made.made_anew and _NAME in str(getattr(command, key))
    }
