"""The parsed scenario: endpoints, and steps that act, expect, wait or repeat."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any, Final

from workbench.engine.model import commands as c
from workbench.engine.model import settings as s
from workbench.engine.model.events import DEFAULT_CAPTURE
from workbench.frozen import dataclass
from workbench.printable import escape
from workbench.scenario.permissions import Wish
from workbench.texts import Problem

ANY: Final = "*"
"""Whichever: of the endpoints of an `until`, or of the values of a text."""
FOR_GOOD: Final = 1_000_000
"""Rounds of a loop that has an `until` and says no number."""
WHICHEVER: Final = "any"
"""Any connection of an endpoint, whoever closed it."""
NEWEST: Final = -1
"""The connection of an endpoint that was made last."""
FIN: Final = "fin"
RESET: Final = "reset"
PEER: Final = "peer"
US: Final = "us"
"""How a connection ends, and whose doing it was."""
FRAME: Final = "frame"
END: Final = "end"
HEAD: Final = "head"
"""What of a layer an expectation can be about."""
WORDS: Final = ("payload", "peer", "result", "size")
"""What can be taken of a call or a message beside its groups."""


class OnFailure(StrEnum):
    """What follows a failed step: the run stops or goes on; it has failed either way."""

    STOP = "stop"
    NEXT = "next"


@dataclass(frozen=True, slots=True)
class Perform:
    """A step that performs a command.

    Attributes:
        error: names the errno or class that it must fail with.
        until_open: for a connect: the seconds in which it is repeated while it is refused.
        json: for a send: what its text is made from when it begins, as in `Expect.json`.
        on_failure: None: as the scenario says for all steps.
    """

    command: c.Command
    error: str | None = None
    wait: bool = True
    until_open: float = 0.0
    json: Any = None
    on_failure: OnFailure | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """A step that waits for that many seconds."""

    seconds: float
    on_failure: OnFailure | None = None


@dataclass(frozen=True, slots=True)
class Stay:
    """A step that lets the endpoints go on until somebody interrupts, or for `seconds`."""

    seconds: float | None = None
    on_failure: OnFailure | None = None


@dataclass(frozen=True, slots=True)
class Expect:
    """Something that must be in the record (or, with `absent`, must not come).

    At most one of text, hex, contains, regex and json; `within` in seconds from the step's start.
    `connection`: one of the run's by its number, NEWEST, or WHICHEVER; expect.Matcher says what
    None means. `encoding`: of the characters; None: the endpoint's. A text that is ANY only has to
    exist: error = "*" is any failed call. `next`: nothing is passed over; `keep`: what it finds is
    not used up; `exact`: exactly `count` until the deadline; `each`: every connection that is meant
    has it. `closed` ("fin", "reset" or True) is the end of a connection, `by` one of PEER and US.
    `not_before` and `at_most` are seconds from the last send on its connection to the last match.
    `json` is a table, a list, or a text of JSON; `take` names values, each with a path in it, or
    one of WORDS about what met it. `opcode`, `fin`, `rsv`: a complete frame that came; `code`,
    `reason`: those with which a WebSocket ended or, with `opcode`, those of a Close frame;
    `status`, `header`: an HTTP head that came. With `state` or `reading` (a number of
    kernel.Reading, from `least` to `most`) the socket is looked at in place of a search;
    `connection` None is then the listener or the current one.
    """

    endpoint: str
    kind: str | None = None
    call: str | None = None
    connection: int | str | None = None
    result: int | None = None
    errno: str | None = None
    error: str | None = None
    peer: str | None = None
    size: int | None = None
    count: int = 1
    exact: bool = False
    absent: bool = False
    next: bool = False
    keep: bool = False
    each: bool = False
    closed: str | bool | None = None
    by: str | None = None
    not_before: float | None = None
    at_most: float | None = None
    text: str | None = None
    hex: str | None = None
    contains: str | None = None
    regex: str | None = None
    json: Any = None
    take: Mapping[str, str] = field(default_factory=dict)
    opcode: int | None = None
    fin: bool | None = None
    rsv: int | None = None
    code: int | None = None
    reason: str | None = None
    status: int | None = None
    header: Mapping[str, str] = field(default_factory=dict)
    encoding: str | None = None
    within: float = 2.0
    state: str | None = None
    reading: str | None = None
    least: int | None = None
    most: int | None = None
    program: str | None = None
    on_failure: OnFailure | None = None

    @property
    def of_no_row(self) -> bool:
        """Whether no row of the record can meet it: it asks the kernel, or for a program's
        output.
        """
        return self.looks or self.program is not None

    @property
    def looks(self) -> bool:
        return self.state is not None or self.reading is not None

    @property
    def timed(self) -> bool:
        return self.not_before is not None or self.at_most is not None

    @property
    def of_layer(self) -> str | None:
        """FRAME, END or HEAD, if it is about a row of a layer that is not a message."""
        if self.opcode is not None or self.fin is not None or self.rsv is not None:
            return FRAME
        if self.code is not None or self.reason is not None:
            return END
        return HEAD if self.status is not None or self.header else None

    @property
    def wants_bytes(self) -> bool:
        return not (
            self.text is None
            and self.hex is None
            and self.contains is None
            and self.regex is None
            and self.json is None
        )


@dataclass(frozen=True, slots=True)
class RunProgram:
    """A step that starts another program and, with `wait`, sees it end; else it runs beside the
    next steps.

    Attributes:
        command: the program and its arguments, which no shell sees.
        name: how a StopProgram finds it.
        exit: the status it must end with; WHICHEVER: any; None: 0 if it ends by itself.
        contains: a text in its output; without `wait` the step lasts until that has come.
        timeout: seconds until it has ended or, without `wait`, until that text has come.
        input: its standard input, which then ends; None: nothing.
        folder: the one it runs in; "": the working directory.
    """

    command: tuple[str, ...]
    name: str = ""
    exit: int | str | None = None
    contains: str | None = None
    timeout: float = 60.0
    wait: bool = True
    input: str | None = None
    on_failure: OnFailure | None = None
    folder: str = field(default="", compare=False)

    @property
    def line(self) -> str:
        """What is begun, as one would type it in a shell (bash(1), Here Strings)."""
        line = shlex.join(self.command)
        return line if self.input is None else f"{line} <<< {escape(shlex.quote(self.input))}"


@dataclass(frozen=True, slots=True)
class StopProgram:
    """A step that ends a program with all its children."""

    name: str
    on_failure: OnFailure | None = None


@dataclass(frozen=True, slots=True)
class Loop:
    """Repeated steps: at most `times` rounds, `pause` seconds between them, until `until` comes.

    `until` looks at what is recorded from the loop's first round on, whatever its steps expect and
    use up; its endpoint may be ANY. Once it is met no further step is begun: the sockets stay as
    they are, and a reading of each is kept. With `renumber`, the connections that its steps name
    count from 1 in each round. With `must`, it fails if `until` was not met.
    """

    steps: tuple[Step, ...]
    times: int = 1
    pause: float = 0.0
    until: Expect | None = None
    renumber: bool = False
    must: bool = False
    on_failure: OnFailure | None = None


Single = Perform | Wait | Stay | RunProgram | StopProgram | Expect
"""A step that is no loop."""
Step = Single | Loop


@dataclass(frozen=True, slots=True)
class Scenario:
    """A whole scenario file.

    Attributes:
        capture: bytes of each payload that the record keeps, None: all.
        values: what it begins with; its endpoints have them filled in.
        names: what payloads of its steps may name; empty: braces are literal.
        on_failure: for steps that do not say so themselves.
        warnings: what may be wrong in its file, each with its line.
        ignored: by endpoint, what expectations never see.
        secrets: the environment variable of each masked value, by the value's name.
        passwords: by endpoint, the environment variable of its key's password.
        case: which of the cases of its file it is; "": the file has none.
        addressed: by endpoint, its address as in the file, if it contains values.
        tabs: by endpoint, what its tab in a window is filled in with: keys of `[tab.NAME]`.
        reaches: what its file asked for beyond its folder and this machine, and was allowed.
    """

    title: str
    endpoints: tuple[s.EndpointSettings, ...]
    steps: tuple[Step, ...]
    titles: Mapping[str, str] = field(default_factory=dict)
    capture: int | None = DEFAULT_CAPTURE
    values: Mapping[str, str | int | float] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    on_failure: OnFailure = OnFailure.STOP
    warnings: tuple[Problem, ...] = field(default=(), compare=False)
    ignored: Mapping[str, tuple[Expect, ...]] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    case: str = field(default="", compare=False)
    passwords: Mapping[str, str] = field(default_factory=dict)
    tabs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    addressed: Mapping[str, str] = field(default_factory=dict, compare=False)
    reaches: tuple[Wish, ...] = field(default=(), compare=False)
