"""What ends a loop, in a plain script: an exception that the round raises when it is there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from workbench.engine.model import commands as c
from workbench.literals import comment, literal
from workbench.payload.notation import encode, parse_hex
from workbench.scenario.report import condition_of
from workbench.scenario.steps import ANY, Expect, Loop, Perform, Step
from workbench.texts import Problem, tr

INDENT: Final = "    "
UNTIL: Final = """
@contextlib.contextmanager
def until(met, *names):
    try:
        yield
    except OSError as error:
        name = errno.errorcode.get(error.errno, "")
        if "*" in names or name in names or type(error).__name__ in names:
            raise met(repr(error)) from error
        raise
"""
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


class Waited(NamedTuple):
    """A loop that waits for something: its number in the script, what for, and in what encoding."""

    number: int
    until: Expect
    encoding: str

    @property
    def met(self) -> str:
        """The name of the exception that ends it."""
        return f"Met{self.number}"

    @property
    def names(self) -> tuple[str, ...]:
        """The errors that end it."""
        return tuple(name for name in (self.until.errno, self.until.error) if name is not None)

    @property
    def test(self) -> str | None:
        """What `data` has to be, as an expression; None where it is not about bytes."""
        until = self.until
        try:
            if until.contains is not None:
                return f"{literal(encode(until.contains, self.encoding))} in data"
            if until.text is not None:
                return f"data.startswith({literal(encode(until.text, self.encoding))})"
        except Problem:  # a record may name an encoding that there is not
            return None
        if until.hex is not None:
            return f"data.startswith({literal(parse_hex(until.hex))})"
        if until.result == 0 and until.call in {"recv", "recvfrom"} and not self.names:
            return "not data"
        return None


def loops(steps: Iterable[Step]) -> list[Loop]:
    """The loops that wait for something, in the order in which they stand."""
    found: list[Loop] = []
    for step in steps:
        if isinstance(step, Loop):
            found += [step] if step.until is not None else []
            found += loops(step.steps)
    return found


def looks(steps: Iterable[Step]) -> bool:
    """Whether a reading is taken somewhere."""
    return any(
        (isinstance(step, Loop) and (step.until is not None or looks(step.steps)))
        or (isinstance(step, Perform) and isinstance(step.command, c.Sample))
        for step in steps
    )


def watched(lines: list[str], endpoint: str | None, waits: Sequence[Waited]) -> list[str]:
    """Statements of an endpoint, so that what a loop around them waits for ends it."""
    for wait in waits:
        if wait.until.endpoint not in {ANY, endpoint}:
            continue
        if wait.test is not None:
            lines = [made for line in lines for made in _tested(line, wait)]
        if wait.names and any(_calls(line, wait.until.call) for line in lines):
            names = "".join(f", {literal(name)}" for name in wait.names)
            lines = [f"with until({wait.met}{names}):", *(INDENT + line for line in lines)]
    return lines


def _calls(line: str, call: str | None) -> bool:
    if line.lstrip().startswith("#"):
        return False
    return call is None or f".{call}(" in line or (call == "send" and ".sendall(" in line)


def _tested(line: str, wait: Waited) -> list[str]:
    plain = line.lstrip()
    if not plain.startswith(("data = ", "data, ")):
        return [line]
    indent = line[: len(line) - len(plain)]
    return [line, f"{indent}if {wait.test}:", f"{indent}{INDENT}raise {wait.met}(data)"]


def block(lines: list[str]) -> list[str]:
    """The lines of a block, which needs a statement."""
    return lines if any(not line.lstrip().startswith("#") for line in lines) else [*lines, "pass"]


def around(loop: Loop, wait: Waited, body: list[str], sockets: Iterable[str]) -> list[str]:
    """The loop itself: its rounds, and what is done when it ends; `sockets`: variables."""
    count = f"round{wait.number}"
    pause = (
        [
            f"{INDENT}{INDENT}if {count} > 1:",
            f"{INDENT}{INDENT}{INDENT}time.sleep({literal(loop.pause)})",
        ]
        if loop.pause
        else []
    )
    known = bool(wait.names or wait.test)
    what = condition_of(wait.until)
    return [
        *([] if known else [comment(f"{tr('scenario.not_in_code')}: {what}")]),
        "try:",
        f"{INDENT}for {count} in range(1, {loop.times + 1:d}):",
        *pause,
        *(INDENT + INDENT + line for line in block(body)),
        f"except {wait.met} as met:",
        f"{INDENT}print('round', {count}, met)",
        f"{INDENT}look({', '.join(sockets)})",
        "else:",
        f"{INDENT}print({literal('not met: ' + what)})",
    ]
