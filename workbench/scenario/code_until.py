"""Export: the end of a loop (`until`), which the script's helper checks at each call."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Final

from workbench.engine.model import commands as c
from workbench.literals import comment, literal
from workbench.payload.notation import encode, parse_hex
from workbench.scenario.code_sockets import INDENT
from workbench.scenario.report import condition_of
from workbench.scenario.rounds import ROUND
from workbench.scenario.steps import Expect, Loop, Perform, Scenario, Step
from workbench.scenario.taken_values import TakenValues
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


def _condition(until: Expect, encoding: str) -> list[str] | None:
    """The condition that ends it, as arguments; None: a script cannot tell."""
    if until.of_no_row or until.regex is not None or until.json is not None:
        return None
    if until.peer is not None:
        return None
    found = [literal(until.endpoint)]
    try:
        if until.contains is not None:
            found.append(f"contains={literal(encode(until.contains, encoding))}")
        if until.text is not None:
            found.append(f"text={literal(encode(until.text, encoding))}")
        if until.hex is not None:
            found.append(f"text={literal(parse_hex(until.hex))}")
    except Problem:  # a record may name an encoding that does not exist
        return None
    keys = ("call", "result", "errno", "error", "size")
    found += [
        f"{key}={literal(getattr(until, key))}" for key in keys if getattr(until, key) is not None
    ]
    return found if len(found) > 1 else None


def around(
    loop: Loop, number: int, encoding: str, body: list[str], sockets: Iterable[str]
) -> list[str]:
    """The loop itself: its rounds, and what is done when it ends; `sockets`: variables."""
    assert loop.until is not None
    met, count = f"met{number}", f"round{number}"
    what = condition_of(loop.until)
    wanted = _condition(loop.until, encoding)
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
        f"if {met}.met:",
        f"{INDENT}print('round', {count}, {met}.found)",
        f"{INDENT}look({', '.join(sockets)})",
        "else:",
        missed,
    ]
