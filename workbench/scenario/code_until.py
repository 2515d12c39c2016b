"""Export: the end of a loop (`until`), which the script's helper checks at each call."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import fields, replace
from typing import Final

from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings
from workbench.literals import comment, literal
from workbench.payload.characters import keeps_apart, marks_of
from workbench.payload.notation import encode, parse_hex
from workbench.scenario.code_seen import is_seen
from workbench.scenario.code_sockets import INDENT
from workbench.scenario.report import condition_of
from workbench.scenario.rounds import ON_ITS_WAY, ROUND
from workbench.scenario.steps import ANY, Expect, Loop, Perform, Scenario, Step
from workbench.scenario.taken_values import TakenValues
from workbench.scenario.what_came import READS
from workbench.texts import Problem, tr

_NAMED: Final = re.compile(rf"[{{(+*:-]{ROUND}\b", re.ASCII)
LOOK: Final = """
def look(*sockets):
    for item in sockets:
        if item is not None and item.fileno() != -1:
            try:
                info = item.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 280)
                print(item, "tcpi_state", info[0], info.hex())
            except (AttributeError, OSError) as error:
                print(item, error)
"""


def looks(steps: Iterable[Step]) -> bool:
    """Whether a kernel reading is expected somewhere."""
    return any(
        (isinstance(step, Loop) and (step.until is not None or looks(step.steps)))
        or (isinstance(step, Perform) and isinstance(step.command, c.Sample))
        for step in steps
    )


def counts_rounds(scenario: Scenario, taken: Collection[str]) -> bool:
    """Whether the number of a round is used somewhere; `taken`: names that steps take."""
    if ROUND in scenario.values or ROUND in taken:
        return False
    return bool(_NAMED.search(repr(scenario.steps)) or _NAMED.search(repr(scenario.endpoints)))


def counted(variable: str) -> str:
    """A block in which {round} is this variable."""
    return f"values[{literal(ROUND)}] = str({variable}).encode()"


def with_known(loop: Loop, values: TakenValues, encoding: str) -> Loop:
    """The loop with its end filled in, as far as it is known before the script runs."""
    assert loop.until is not None
    try:
        until = values.filled(loop.until, lambda _name: encoding)
    except Problem:
        return loop
    return replace(loop, until=until if isinstance(until, Expect) else None)


def block(lines: list[str]) -> list[str]:
    """The lines of a block, which needs at least one statement."""
    return lines if any(not line.lstrip().startswith("#") for line in lines) else [*lines, "pass"]


_TOLD: Final = frozenset(
    {"endpoint", "call", "result", "errno", "error", "size", "text", "hex", "contains", "encoding"}
    | {"within"}
)
"""The keys of an `until` that a script can check."""


def condition(until: Expect, encoding: str, among: Iterable[EndpointSettings]) -> list[str] | None:
    """The condition that ends the loop, as arguments; None: a script cannot check it.

    `among`: the endpoints, whose messages it would not know.
    """
    usual = Expect(until.endpoint)
    others = (item.name for item in fields(Expect) if item.name not in _TOLD)
    if any(getattr(until, name) != getattr(usual, name) for name in others):
        return None
    meant = [item for item in among if until.endpoint in {ANY, item.name}]
    if until.wants_bytes and any(item.messages is not None for item in meant):
        return None
    if not is_seen(until, None) or (until.wants_bytes and until.call not in {None, *READS}):
        return None
    found = [literal(until.endpoint)]
    try:
        of_text = until.contains is not None or until.text is not None
        if of_text and (marks_of(encoding) or not keeps_apart(encoding)):
            return None
        if until.contains is not None:
            found.append(f"contains={literal(encode(until.contains, encoding))}")
        if until.text is not None:
            found.append(f"text={literal(encode(until.text, encoding))}")
        if until.hex is not None:
            found.append(f"text={literal(parse_hex(until.hex))}")
    except (Problem, LookupError):  # a record may name an encoding that does not exist
        return None
    keys = ("call", "result", "errno", "error", "size")
    found += [
        f"{key}={literal(getattr(until, key))}" for key in keys if getattr(until, key) is not None
    ]
    return found if len(found) > 1 else None


def around(
    loop: Loop, number: int, wanted: list[str] | None, body: list[str], sockets: Iterable[str]
) -> list[str]:
    """The lines of the loop itself: its rounds, and what is done when it ends.

    `wanted`: what ends it, as `condition` gives it; `sockets`: variables.
    """
    assert loop.until is not None
    met, count = f"met{number}", f"round{number}"
    what = condition_of(loop.until)
    pause = (
        [f"{INDENT * 2}if {count} > 1:", f"{INDENT * 3}rest({literal(loop.pause)})"]
        if loop.pause
        else []
    )
    missed = f"{INDENT}print({literal('not met: ' + what)})"
    if loop.must:
        missed = f"{INDENT}raise AssertionError({literal('not met: ' + what)})"
    return [
        *([] if wanted else [comment(f"{tr('scenario.not_in_code')}: {what}")]),
        f"with Until({', '.join(wanted or [literal(''), 'call=' + literal('')])}) as {met}:",
        f"{INDENT}for {count} in range(1, {loop.times + 1:d}):",
        *pause,
        *(INDENT * 2 + line for line in block(body)),
        f"{INDENT}rest({literal(max(loop.pause, ON_ITS_WAY))})",
        f"if {met}.met:",
        f"{INDENT}print('round', {count}, {met}.found)",
        f"{INDENT}look({', '.join(sockets)})",
        "else:",
        missed,
    ]
