"""Export: single steps as lines of a script, and what a script has to know about all steps."""

from __future__ import annotations

import builtins
import ipaddress
import re
import socket
from collections.abc import Iterable, Iterator
from typing import Final

from workbench.engine.model import commands as c
from workbench.engine.model import options
from workbench.engine.model.settings import Role
from workbench.literals import literal
from workbench.payload.characters import BYTES, canonical, codec
from workbench.payload.hex_patterns import taken_by_hex
from workbench.scenario.code_sockets import INDENT, left_out
from workbench.scenario.steps import ANY, Expect, Loop, Perform, Scenario, Stay, Step
from workbench.texts import Problem, tr

_ERRNO: Final = re.compile(r"E[A-Z0-9]+")
_ASCII: Final = "".join(map(chr, range(0x20, 0x7F)))
_GROUP: Final = re.compile(r"\(\?P<([A-Za-z_]\w*)>", re.ASCII)


def flat(steps: Iterable[Step]) -> Iterator[Step]:
    """The steps, and those in loops."""
    for step in steps:
        yield step
        if isinstance(step, Loop):
            yield from flat(step.steps)


def taken_by(steps: Iterable[Step]) -> frozenset[str]:
    """The names of values that patterns take."""
    return frozenset(
        name for step in flat(steps) if isinstance(step, Expect) for name in _taken_by(step)
    )


def _taken_by(step: Expect) -> set[str]:
    return {*_GROUP.findall(step.regex or ""), *taken_by_hex(step.hex or ""), *step.take}


def by_number(steps: Iterable[Step]) -> bool:
    """Whether one of them names a connection by its number."""
    return any(
        isinstance(step.connection, int)
        if isinstance(step, Expect)
        else isinstance(step, Perform) and c.numbered(step.command) is not None
        for step in flat(steps)
    )


def own_values(scenario: Scenario) -> list[str]:
    """What a script with one value for each name cannot have: values that several connections take,
    each its own.
    """
    roles = {item.name: item.role for item in scenario.endpoints}
    places: dict[str, set[tuple[object, ...]]] = {}
    for number, step in enumerate(flat(scenario.steps)):
        if isinstance(step, Expect):
            # for a server, any of its connections
            whichever = step.connection is None and roles[step.endpoint] is Role.LISTENER
            for name in _taken_by(step):
                its = places.setdefault(name, set())
                its.add((step.endpoint, step.connection, number if whichever else None))
                its |= {(step.endpoint, each) for each in (1, 2) if step.each}
    names = sorted(name for name, its in places.items() if len(its) > 1)
    return [tr("scenario.own_values", names=", ".join(names))] if names else []


def recoded_values(scenario: Scenario) -> list[str]:
    """What a script cannot do in which each value is only bytes: write it in the encoding of the
    text around it.
    """
    found: set[str | None] = {item.encoding for item in scenario.endpoints}
    texts: list[object] = [item.responder for item in scenario.endpoints]
    for item in scenario.endpoints:
        found.update(rule.encoding for rule in getattr(item.responder, "rules", ()))
    for step in flat(scenario.steps):
        said = step.command if isinstance(step, Perform) else step
        own: str | None = getattr(said, "encoding", None)
        found.add(own)
        texts.append(said)
    kinds = {canonical(codec(name)) for name in found if name and name != BYTES}
    names = kinds - {"utf-8"}
    crossing = len(kinds) > 1 and taken_by(scenario.steps)  # taken in one, sent in another
    plain = all(str(value).isascii() for value in scenario.values.values())
    if not scenario.names and "{" not in repr(texts):
        return []
    if plain and not crossing and all(map(_holds_ascii, names)):
        return []
    return [tr("scenario.recoded_values", names=", ".join(sorted(names)))] if names else []


def _holds_ascii(encoding: str) -> bool:
    """Whether a text of ASCII is the same bytes in an encoding."""
    return _ASCII.encode(encoding, "replace") == _ASCII.encode()


def until_open(made: list[str], seconds: float) -> list[str]:
    """The lines, repeated until somebody listens."""
    name = next(
        (line.partition(" = ")[0] for line in made if ".socket(" in line or "Noted(" in line), None
    )
    return [
        f"until = time.monotonic() + {literal(seconds)}",
        "while True:  # nobody may listen yet",
        f"{INDENT}try:",
        *(INDENT * 2 + line for line in made),
        f"{INDENT * 2}break",
        f"{INDENT}except OSError:",
        *([f"{INDENT * 2}{name}.close()"] if name else []),
        f"{INDENT * 2}if time.monotonic() > until:",
        f"{INDENT * 3}raise",
        f"{INDENT * 2}time.sleep(0.1)",
    ]


def stay(step: Stay, sleep: str) -> list[str]:
    """The lines that wait until Ctrl+C, after which the script goes on; `sleep`: the function that
    waits.
    """
    if step.seconds is not None:
        return [f"{sleep}({literal(step.seconds)})"]
    return [
        "try:",
        f"{INDENT}while True:",
        f"{INDENT * 2}{sleep}(1)",
        "except KeyboardInterrupt:",
        f"{INDENT}pass",
    ]


def get_option(name: str, talk: str) -> list[str]:
    """The getsockopt() of an option that exists."""
    try:
        found = options.find(name)
    except Problem:
        return [left_out(f"getsockopt({name})")]
    return [f"print({talk}.getsockopt(socket.{options.level_name(found)}, socket.{found.name}))"]


def _is_v4(text: str) -> bool:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True


def membership(command: c.Join | c.Leave, name: str) -> list[str]:
    """Lines that join or leave an IPv4 group (ip(7), struct ip_mreq)."""
    which = "ADD" if isinstance(command, c.Join) else "DROP"
    near = command.interface or "0.0.0.0"  # noqa: S104 - the kernel chooses
    if not (_is_v4(command.group) and _is_v4(near)):
        return [left_out(f"IP_{which}_MEMBERSHIP {command.group}")]
    request = f"socket.inet_aton({literal(command.group)}) + socket.inet_aton({literal(near)})"
    return [f"{name}.setsockopt(socket.IPPROTO_IP, socket.IP_{which}_MEMBERSHIP, {request})"]


def exception(name: str) -> str:
    """The class that a step names, if the script knows it; an errno is OSError.

    What the program itself refuses (there is no open connection) has none here: a socket is None
    then, or is not among those that were made.
    """
    if name in {ANY, Problem.__name__}:
        return "(AssertionError, AttributeError, OSError)"
    for module, prefix in ((builtins, ""), (socket, "socket.")):
        found = getattr(module, name, None)
        if isinstance(found, type) and issubclass(found, Exception):
            return f"{prefix}{name}"
    return "OSError"


def failing_so(name: str) -> list[str]:
    """The line that tells the errno of a caught OSError from others; none for a class."""
    if name.startswith("EAI_"):
        return [f"{INDENT}assert error.errno == getattr(socket, {literal(name)}, None), error"]
    if _ERRNO.fullmatch(name):
        return [f"{INDENT}assert error.errno == getattr(errno, {literal(name)}, None), error"]
    return []
