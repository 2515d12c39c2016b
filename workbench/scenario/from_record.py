"""Makes a scenario from the commands of a record, so that what was explored can be run again."""

from __future__ import annotations

from bisect import bisect, bisect_left
from collections import Counter
from collections.abc import (
    Callable,
    Collection,
    Generator,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import replace
from typing import Final

from workbench.engine.model import commands as c
from workbench.engine.model.errors import PENDING
from workbench.engine.model.events import RECONNECT_FAILED, RECONNECT_LOST
from workbench.engine.model.serialize import is_end
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.frozen import dataclass
from workbench.journal.query import about_shapes
from workbench.journal.query import parse as parse_filter
from workbench.journal.reader import Reader, Row
from workbench.journal.streams import encoding_of
from workbench.payload.templates import BUILT_IN, WITH_ARGUMENT
from workbench.scenario.answers import Answer, answers_of
from workbench.scenario.carried_values import Carried
from workbench.scenario.expected import Place, Substitute, choice, expectation, loosely, parts_of
from workbench.scenario.model import parse
from workbench.scenario.recorded import (
    CONFIGURE,
    Counted,
    Settings,
    command_of,
    failed_openings,
    outcome_of,
    pages_of,
    rows_of,
    scaled,
)
from workbench.scenario.sent_before import SentBefore
from workbench.scenario.sent_numbers import numbered
from workbench.scenario.steps import Expect, OnFailure, Perform, Scenario, Step, Wait
from workbench.scenario.varying import Circumstances, Part
from workbench.scenario.write import to_toml
from workbench.texts import Problem, tr

RUN_BEGUN: Final = "scenario_begun"
RUN_ENDED: Final = "scenario_ended"
AGAIN: Final = "again"
"""Notes around a run in the record that is being made, and what marks one of this very record."""
PATIENCE: Final = 2.0
"""Seconds that an answer is waited for at least; twice as long as it took, where that is more."""
LARGEST: Final = 2**62
"""More than there are rows."""
_BEGUN, _KNOWN, _READ, _COMPARED, _LOOKED_AT, _WORDED = 0.05, 0.2, 0.7, 0.75, 0.9, 0.95
"""The share of the work done once each of these is known: the runs in the record, the commands,
the answers, those of another run, what varies in them, what is expected."""
AT_ONCE: Final = 20
"""Steps that are worded between two looks whether somebody has something more urgent."""
PAUSE = 0.2
"""Gaps between commands shorter than this (seconds) are not kept as waits."""
_REPAIRING: Final = ("bind", "connect", "recv", "recvfrom")
"""Calls that may succeed after one that failed for the same command."""
_FAILS_OR_REPAIRS: Final = about_shapes(
    f"e.error IS NOT NULL AND coalesce(e.errno, '') NOT IN {tuple(sorted(PENDING))}"
    f" OR e.call IN {(*_REPAIRING, RECONNECT_LOST, RECONNECT_FAILED)}"
)
"""These are few rows, while each call of a repeated send has its command as its cause."""


@dataclass(frozen=True, slots=True)
class Made:
    """A scenario made from a record, and the parts of answers that it expects as patterns."""

    scenario: Scenario
    choices: tuple[Substitute, ...] = ()


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Which part of a record is made into a scenario, and how.

    Attributes:
        title: of the scenario; None: one that says where it comes from.
        seqs: only the commands of these rows; None takes all but those of a run of a scenario
            that was made from this record.
        without: leave out endpoints whose names begin so (a lab's, whose addresses are those of one
            run).
        expectations: expect what each connection received.
        waits: keep the time between the commands, if it was longer than PAUSE.
        left: places of parts that are expected as they came.
        loose: expect that something comes, whatever it is: for a second run.
        going_on: the run goes on after a step that fails, and so names all that differ.
    """

    title: str | None = None
    seqs: Collection[int] | None = None
    without: str | None = None
    expectations: bool = True
    waits: bool = True
    left: Collection[Place] = ()
    loose: bool = False
    going_on: bool = False


@dataclass(frozen=True, slots=True)
class SecondRun:
    """Another run of the same commands: its record, and which of its rows count."""

    reader: Reader
    seqs: Collection[int] | None = None


WHOLE: Final = Excerpt()
"""All of it, with what came."""


def scenario_of(reader: Reader, excerpt: Excerpt = WHOLE) -> Scenario:
    """The commands of a record in order, as steps."""
    return made_of(reader, excerpt).scenario


def made_of(reader: Reader, excerpt: Excerpt = WHOLE, second: SecondRun | None = None) -> Made:
    """The commands of a record in order, as steps that can be repeated.

    What a server makes anew each time is expected as a pattern: known by its form, by a second
    run in this record or in another, or because it is sent again later; then it is a value.

    Raises:
        Problem: in the second run something else was done.
    """
    return outcome_of(making(reader, excerpt, second))


def making(
    reader: Reader, excerpt: Excerpt = WHOLE, second: SecondRun | None = None
) -> Generator[float, None, Made]:
    """As `made_of`, in steps of a few milliseconds where the record allows it; yields the share of
    the work that is done.
    """
    runs = _runs_again(reader)
    yield _BEGUN

    def counts(row: Row) -> bool:
        return not (excerpt.seqs is None and _within(row, runs)) and not (
            excerpt.without and (row.endpoint or "").startswith(excerpt.without)
        )

    talk = _Talk(reader, counts, excerpt.seqs)
    yield _KNOWN
    answers = []
    if excerpt.expectations:
        answers = yield from scaled(talk.answers(), _KNOWN, _READ)
    others = {} if excerpt.loose else (yield from _second(talk, reader, runs, second))
    parts = yield from scaled(_parts(talk, answers, others), _COMPARED, _LOOKED_AT)
    kept = {
        seq: [part for part in found if (seq, part.start) not in excerpt.left]
        for seq, found in parts.items()
    }
    carried = Carried(answers, kept, talk.encodings, frozenset(excerpt.left))
    for row in talk.chosen:
        command = command_of(row)
        if command is not None:
            carried.look(row.seq, command)
            yield _LOOKED_AT
    settings = {name: carried.address(item, first) for name, (first, item) in talk.used.items()}
    carried.finish()
    known = _filled_in(carried, settings)
    expects: list[tuple[Answer, Expect]] = []
    for answer in answers:
        own = carried.parts.get(answer.seq, ())
        expects.append((answer, _expected(talk, answer, own, known, excerpt.loose)))
        yield _WORDED
    number = numbered(reader)
    made = talk.steps(
        expects,
        excerpt.waits,
        lambda seq, command: carried.filled(seq, number(seq, command), known),
    )
    steps = yield from scaled(made, _WORDED, 1.0)
    scenario = Scenario(
        excerpt.title or tr("scenario.from_record"),
        tuple(settings.values()),
        tuple(steps),
        names=known,
        on_failure=OnFailure.NEXT if excerpt.going_on else OnFailure.STOP,
    )
    yield 1.0
    if known:  # parsing it shows which of its texts are filled in
        scenario = parse(to_toml(scenario))
    choices = tuple(
        choice(answer, part, talk.encoding(answer))
        for answer in answers
        for part in carried.parts.get(answer.seq, ())
    )
    return Made(scenario, choices)


def _filled_in(carried: Carried, endpoints: Iterable[str]) -> frozenset[str]:
    """The names that are filled in in the scenario; none if nothing is sent again."""
    if not carried.names:
        return frozenset()
    ends = (f"{name}.{end}" for name in endpoints for end in ("port", "address"))
    return frozenset({*carried.names, *BUILT_IN, *WITH_ARGUMENT, *ends})


def _expected(
    talk: _Talk, answer: Answer, parts: Sequence[Part], known: frozenset[str], loose: bool
) -> Expect:
    encoding, connection = talk.encoding(answer), talk.connection(answer)
    found = loosely(answer, parts, encoding, connection) if loose else None
    return found or expectation(answer, parts, encoding, connection, known)


class _Talk:
    """The commands that are repeated, and their answers.

    What the end of the run stopped is no step: the next run ends by itself, too.
    """

    def __init__(
        self, reader: Reader, wanted: Callable[[Row], bool], seqs: Collection[int] | None
    ) -> None:
        self._reader = reader
        self._wanted = wanted
        commands = rows_of(reader, "kind:command")
        self._over = next((row.seq for row in commands if _of_the_end(row)), LARGEST)
        chosen = [
            row
            for row in commands
            if wanted(row) and (seqs is None or row.seq in seqs) and not _of_the_end(row)
        ]
        self._settings = Settings(reader)
        self.used = self._settings.at_first_use(chosen)
        # a damaged record may tell nothing about an endpoint, which then cannot be repeated
        self.chosen = [row for row in chosen if row.endpoint is None or row.endpoint in self.used]
        self._counted = Counted(reader, self.chosen, wanted)
        self._unopened = failed_openings(reader, self._counted.begun, self._settings_of)
        self.encodings = {item.name: encoding_of(item.config) for item in reader.endpoints()}

    def encoding(self, answer: Answer) -> str:
        return self.encodings.get(answer.endpoint, "utf-8")

    def answers(self) -> Generator[float, None, list[Answer]]:
        """What was received, except what a connection still read while its endpoint stopped, after
        its handshake had failed, so that both ends close, or as the run ended: that is a race each
        time.
        """
        asking = {name for name, (_, of) in self.used.items() if of.role is not Role.LISTENER}
        stops: dict[str | None, list[int]] = {}
        for row in self.chosen:
            if row.call == "stop":
                stops.setdefault(row.endpoint, []).append(row.seq)
        found = yield from answers_of(
            self._reader,
            self._wanted,
            self._counted.of,
            asking,
            self._settings_of,
            [row.seq for row in self.chosen],
        )
        begun = self._counted.begun
        return [
            item
            for item in found
            if item.seq < self._over
            and item.id not in self._unopened
            and bisect(stops.get(item.endpoint, ()), begun[item.id])
            == bisect_left(stops.get(item.endpoint, ()), item.seq)
        ]

    def _settings_of(self, name: str, connection: int) -> EndpointSettings:
        """The settings that an endpoint made a connection with: its layers say what came there."""
        begun = self._counted.begun.get(connection)
        found = self._settings.at(name, begun) if begun is not None else None
        return found or self.used[name][1]

    def connection(self, answer: Answer) -> int | None:
        """The number of an answer's connection; None: it need not be said."""
        return self._counted.needed(answer.id, answer.seq)

    def done(self) -> list[tuple[str, str | None]]:
        """The commands that were given, except settings."""
        return [(row.call, row.endpoint) for row in self.chosen if row.call != CONFIGURE]

    def began(self) -> float:
        """When the clock of the rows began: seconds since 1970."""
        return self._reader.clock.wall_ns / 1e9

    def local_ports(self) -> frozenset[int]:
        """The ports of this machine that the kernel gave to clients."""
        roles = {item.id: item.role for item in self._reader.endpoints()}
        ends = (
            (item.local or "").rpartition(":")[2]
            for item in self._reader.connections()
            if roles.get(item.endpoint) != "listener"
        )
        return frozenset(int(port) for port in ends if port.isdigit())

    def sent_before(self) -> SentBefore:
        """What was last sent before a row; to be asked in the order of the rows."""
        return SentBefore(self._reader, self._wanted)

    def asked_again(self, answers: Sequence[Answer]) -> dict[int, bytes]:
        """Another answer to the same question, by the row of an answer."""
        sends = [row for row in self.chosen if row.call == "send"]
        seqs = [row.seq for row in sends]
        last: dict[tuple[str | None, str], Answer] = {}
        found: dict[int, bytes] = {}
        for answer in answers:
            before = bisect(seqs, answer.seq) - 1
            if before < 0 or answer.data is None:
                continue
            question = (sends[before].endpoint, sends[before].args)
            other = last.get(question)
            if other is not None and other.data is not None:
                found[answer.seq] = other.data
                found.setdefault(other.seq, answer.data)
            last[question] = answer
        return found

    def steps(
        self,
        expects: Sequence[tuple[Answer, Expect]],
        waits: bool,
        filled: Callable[[int, c.Command], c.Command],
    ) -> Generator[float, None, list[Step]]:
        failed = dict(self._unopened.values()) | (yield from _failures(self._reader))
        connected = yield from _connected(self._reader)
        current = {name: item for name, (_, item) in self.used.items()}
        meant: dict[str, int] = {}
        steps: list[Step] = []
        seqs = [answer.seq for answer, _ in expects]
        before = 0
        for index, row in enumerate(self.chosen):
            share = index / len(self.chosen)
            if not index % AT_ONCE:
                yield share
            until = self.chosen[index + 1].seq if index + 1 < len(self.chosen) else LARGEST
            own = expects[bisect(seqs, row.seq) : bisect(seqs, until)]
            if row.endpoint is None or row.seq >= self.used[row.endpoint][0]:
                ended = connected.get(row.seq, until) < until
                steps += self._set_up_anew(row, meant, current)
                done = _performed(row, current, failed, self._counted, waits=ended)
                if waits and done and before and row.t_ns - before > PAUSE * 1e9:
                    steps.append(Wait(round((row.t_ns - before) / 1e9, 2)))
                before = row.t_ns if done else before
                before = max([before, *(answer.t_ns for answer, _ in own if done)])
                steps += [
                    replace(step, command=filled(row.seq, step.command))
                    if isinstance(step, Perform)
                    else step
                    for step in done
                ]
            for number, (answer, expect) in enumerate(own, 1):
                within = max(PATIENCE, round(2 * (answer.t_ns - row.t_ns) / 1e9, 2))
                steps.append(replace(expect, within=within))
                if not number % AT_ONCE:
                    yield share
        return steps

    def _set_up_anew(
        self, row: Row, meant: dict[str, int], current: dict[str, EndpointSettings]
    ) -> list[Step]:
        """The step that gives an endpoint the settings of its successor of the same name, before
        the first command to that: the one before was removed. `meant`: the ids in use so far.
        """
        if row.endpoint is None:
            return []
        number = self._settings.meant.id_at(row.endpoint, row.seq)
        if meant.setdefault(row.endpoint, number) == number:
            return []
        meant[row.endpoint] = number
        settings = self._settings.at(row.endpoint, row.seq)
        if settings is None or settings == current[row.endpoint]:
            return []
        current[row.endpoint] = settings
        return [Perform(c.Configure(row.endpoint, settings))]


def _of_the_end(row: Row) -> bool:
    """Whether it is a stop that the end of the run gave."""
    return is_end(row.call, row.args)


def _within(row: Row, runs: Sequence[tuple[int, int]]) -> bool:
    return any(begin < row.seq < end for begin, end in runs)


def _parts(
    talk: _Talk, answers: Sequence[Answer], second: Mapping[tuple[str, int, int], bytes]
) -> Generator[float, None, dict[int, list[Part]]]:
    """What varies in each answer, by the row where it begins."""
    ports, sent = talk.local_ports(), talk.sent_before()
    began, asked = talk.began(), talk.asked_again(answers)
    found: dict[int, list[Part]] = {}
    for done, (key, answer) in enumerate(_numbered(answers)):
        known = Circumstances(began + answer.t_ns / 1e9, ports, sent(answer.seq))
        parts = parts_of(
            answer, talk.encoding(answer), known, second.get(key), asked.get(answer.seq)
        )
        if parts:
            found[answer.seq] = parts
        yield done / len(answers)
    return found


def _numbered(answers: Sequence[Answer]) -> Iterator[tuple[tuple[str, int, int], Answer]]:
    """The answers, each with its endpoint, its connection and its index there."""
    counts: Counter[tuple[str, int]] = Counter()
    for answer in answers:
        whose = (answer.endpoint, answer.connection)
        counts[whose] += 1
        yield (*whose, counts[whose]), answer


def _second(
    talk: _Talk,
    reader: Reader,
    runs: Sequence[tuple[int, int]],
    second: SecondRun | None,
) -> Generator[float, None, dict[tuple[str, int, int], bytes]]:
    """The answers of the second run: from another record, or the last ones here that did the
    same.
    """
    others = (
        (_Talk(second.reader, lambda _row: True, second.seqs),)
        if second is not None
        else (_run(reader, *run) for run in reversed(runs))
    )
    for other in others:
        yield _READ
        if other.done() == talk.done():
            answers = yield from scaled(other.answers(), _READ, _COMPARED)
            return {key: item.data for key, item in _numbered(answers) if item.data}
    if second is not None:
        raise Problem("export.not_the_same")
    return {}


def _run(reader: Reader, begin: int, end: int) -> _Talk:
    """What the steps of a run did; its set-up, which is step 0, is not one of them."""
    steps = rows_of(reader, f"kind:note call:step seq>{begin} seq<{min(end, LARGEST)}")
    first = next((row.seq for row in steps if not row.args.startswith("0,")), end)
    return _Talk(reader, lambda row: first < row.seq < end, None)


def commands_of(reader: Reader, endpoint: str, connection: int | None = None) -> set[int]:
    """The rows of the commands of one endpoint, or of those that made one of its connections, and
    of the start of the server that it names.

    `connection`: its number in the record.
    """
    runs = _runs_again(reader)
    commands = [row for row in rows_of(reader, "kind:command") if not _within(row, runs)]
    own = {row.seq for row in commands if row.endpoint == endpoint}
    if connection is not None:
        causes = {row.cause for row in rows_of(reader, f"conn={connection} cause>0")}
        own &= causes | {row.seq for row in commands if row.call == CONFIGURE}
    used = Settings(reader).at_first_use([row for row in commands if row.seq in own])
    servers = {item.address[1:] for _, item in used.values() if item.address.startswith("@")}
    starts = {row.seq for row in commands if row.endpoint in servers and row.call == "start"}
    return own | starts


def _performed(
    row: Row,
    current: dict[str, EndpointSettings],
    failed: Mapping[int, str],
    counted: Counted,
    *,
    waits: bool,
) -> list[Step]:
    """The step of a command; none for settings that are in force already.

    `waits`: it had ended before the next one was given, by somebody who did not wait in the
    program.
    """
    command = command_of(row)
    if command is None:
        return []
    if isinstance(command, c.Configure):
        if current.get(command.endpoint) in (None, command.settings):
            return []
        current[command.endpoint] = command.settings
    if waits and isinstance(command, c.Connect):
        command = replace(command, wait=True)
    return [Perform(counted.command(command, row.seq), failed.get(row.seq))]


def _runs_again(reader: Reader) -> list[tuple[int, int]]:
    """Where a scenario made from this record was run in it: what it did is contained already."""
    found: list[tuple[int, int]] = []
    begin = None
    for row in rows_of(reader, f"kind:note call:{RUN_BEGUN}|{RUN_ENDED}"):
        if row.call == RUN_BEGUN:
            begin = row.seq if repr(AGAIN) in row.args else None
        elif begin is not None:
            found.append((begin, row.seq))
            begin = None
    return found if begin is None else [*found, (begin, LARGEST)]


def _failures(reader: Reader) -> Generator[float, None, dict[int, str]]:
    """The error of each command whose last call failed and was not repaired."""
    failed: dict[int, str] = {}
    ended: set[int] = set()
    caused = parse_filter("cause>0 kind:call|end|note")
    assert caused is not None
    for page in pages_of(reader, caused & _FAILS_OR_REPAIRS):
        yield 0.0
        for row in page:
            if row.cause is None or row.cause in ended:
                continue
            if row.call in {RECONNECT_LOST, RECONNECT_FAILED}:
                ended.add(row.cause)  # what follows, the client does by itself, as it will again
            if row.error is not None and row.errno not in PENDING:
                failed[row.cause] = row.errno or row.error
            elif row.call in _REPAIRING and row.error is None:
                failed.pop(row.cause, None)
    return failed


def _connected(reader: Reader) -> Generator[float, None, dict[int, int]]:
    """The row in which the last of a command's connects ended; none while one is waiting."""
    waiting: dict[int, set[int | None]] = {}
    ended: dict[int, int] = {}
    for page in pages_of(reader, parse_filter("call:connect cause>0 kind:call|end")):
        yield 0.0
        for row in page:
            if row.cause is None:
                continue
            if row.errno == "EINPROGRESS":
                waiting.setdefault(row.cause, set()).add(row.connection)
                continue
            waiting.setdefault(row.cause, set()).discard(row.connection)
            ended[row.cause] = row.seq
    return {cause: seq for cause, seq in ended.items() if not waiting[cause]}
