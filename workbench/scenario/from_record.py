"""The commands of a record as a scenario: exploring becomes a run that can be repeated."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Final

from workbench.engine.model import commands as c
from workbench.engine.model.errors import PENDING
from workbench.engine.model.events import RECONNECT_FAILED, RECONNECT_LOST
from workbench.engine.model.serialize import parse_command
from workbench.engine.model.settings import EndpointSettings
from workbench.journal.reader import Reader, Row
from workbench.journal.streams import encoding_of
from workbench.payload.notation import encode
from workbench.scenario.recorded import Counted, Settings, rows_of
from workbench.scenario.steps import Expect, Perform, Scenario, Step, Wait
from workbench.texts import Problem, tr

RUN_BEGUN: Final = "scenario_begun"
RUN_ENDED: Final = "scenario_ended"
AGAIN: Final = "again"
"""Notes around a run in the record that is being made, and what marks one of this very record."""
PATIENCE: Final = 2.0
"""Seconds that an answer is waited for at least; twice as long as it took, where that is more."""
PAUSE = 0.2
"""Gaps between commands shorter than this (seconds) are not kept as waits."""


def scenario_of(
    reader: Reader,
    *,
    title: str | None = None,
    seqs: Collection[int] | None = None,
    expectations: bool = True,
    waits: bool = True,
    without: str | None = None,
) -> Scenario:
    """The commands of a record in order, as steps.

    Args:
        seqs: only the commands of these rows; None takes all but those of a run of a scenario
            that was made from this record.
        expectations: expect what each connection received.
        waits: keep the time between the commands, where it was longer than PAUSE.
        without: leave the endpoints out whose names begin so (a lab's: their addresses are of
            one run).
    """
    runs = _runs_again(reader) if seqs is None else []

    def wanted(row: Row) -> bool:
        return not any(begin < row.seq < end for begin, end in runs) and not (
            without and (row.endpoint or "").startswith(without)
        )

    chosen = [
        row
        for row in rows_of(reader, "kind:command")
        if wanted(row) and (seqs is None or row.seq in seqs)
    ]
    failed = _failures(reader)
    connected = _connected(reader)
    counted = Counted(reader, chosen, wanted)
    answers = _answers(reader, wanted, counted.of) if expectations else []
    used = Settings(reader).at_first_use(chosen)
    settings = {name: item for name, (_, item) in used.items()}
    current = dict(settings)
    steps: list[Step] = []
    before = 0
    for index, row in enumerate(chosen):
        until = chosen[index + 1].seq if index + 1 < len(chosen) else 2**62
        if row.endpoint is None or row.endpoint not in used or row.seq >= used[row.endpoint][0]:
            done = _performed(
                row, current, failed, counted, waits=connected.get(row.seq, until) < until
            )
            if waits and done and before and row.t_ns - before > PAUSE * 1e9:
                steps.append(Wait(round((row.t_ns - before) / 1e9, 2)))
            before = row.t_ns if done else before
            steps += done
        steps += [
            replace(expect, within=max(PATIENCE, round(2 * (at - row.t_ns) / 1e9, 2)))
            for seq, at, expect in answers
            if row.seq < seq < until
        ]
    return Scenario(title or tr("scenario.from_record"), tuple(settings.values()), tuple(steps))


def _performed(
    row: Row,
    current: dict[str, EndpointSettings],
    failed: Mapping[int, str],
    counted: Counted,
    *,
    waits: bool,
) -> list[Step]:
    """The step of a command; none for settings that are in force already.

    `waits`: it had ended before the next was asked for, whoever asked did not wait in the program.
    """
    try:
        command = parse_command(row.call, row.args, row.endpoint)
    except ValueError:
        return []  # of a newer version
    if isinstance(command, c.Configure):
        if current.get(command.endpoint) in (None, command.settings):
            return []
        current[command.endpoint] = command.settings
    if waits and isinstance(command, c.Connect):
        command = replace(command, wait=True)
    return [Perform(counted.command(command), failed.get(row.seq))]


def _runs_again(reader: Reader) -> list[tuple[int, int]]:
    """Where a scenario made from this record ran in it: what it did is here already."""
    found: list[tuple[int, int]] = []
    begin = None
    for row in rows_of(reader, f"kind:note call:{RUN_BEGUN}|{RUN_ENDED}"):
        if row.call == RUN_BEGUN:
            begin = row.seq if repr(AGAIN) in row.args else None
        elif begin is not None:
            found.append((begin, row.seq))
            begin = None
    return found if begin is None else [*found, (begin, 2**62)]


def _failures(reader: Reader) -> dict[int, str]:
    """By command: the error that its last call failed with and that nothing repaired."""
    failed: dict[int, str] = {}
    ended: set[int] = set()
    for row in rows_of(reader, "cause>0 kind:call|end|note"):
        if row.cause is None or row.cause in ended:
            continue
        if row.call in {RECONNECT_LOST, RECONNECT_FAILED}:
            ended.add(row.cause)  # what follows the client does by itself, as it will again
        if row.error is not None and row.errno not in PENDING:
            failed[row.cause] = row.errno or row.error
        elif row.call in {"bind", "connect", "recv", "recvfrom"} and row.error is None:
            failed.pop(row.cause, None)
    return failed


def _connected(reader: Reader) -> dict[int, int]:
    """By command: the row with which the last of its connects came out; none while one waits."""
    waiting: dict[int, set[int | None]] = {}
    ended: dict[int, int] = {}
    for row in rows_of(reader, "call:connect cause>0 kind:call|end"):
        if row.cause is None:
            continue
        if row.errno == "EINPROGRESS":
            waiting.setdefault(row.cause, set()).add(row.connection)
            continue
        waiting.setdefault(row.cause, set()).discard(row.connection)
        ended[row.cause] = row.seq
    return {cause: seq for cause, seq in ended.items() if not waiting[cause]}


def _answers(
    reader: Reader, wanted: Callable[[Row], bool], numbers: Mapping[int, int]
) -> list[tuple[int, int, Expect]]:
    """What clients received, the end of stream too, as expectations where and when it came.

    `numbers`: of the connections that are made again.
    """
    found = []
    encodings = {item.name: encoding_of(item.config) for item in reader.endpoints()}
    listeners = {item.name for item in reader.endpoints() if item.role == "listener"}
    for row in rows_of(reader, "call:recv|recvfrom result>=0"):
        if row.endpoint is None or row.endpoint in listeners or not wanted(row):
            continue
        number = numbers.get(row.connection or 0)
        if number is None:
            continue
        if row.ends_stream:
            end = Expect(row.endpoint, call="recv", connection=number, result=0)
            found.append((row.seq, row.t_ns, end))
            continue
        if row.payload is None or len(row.payload) != row.size:
            continue
        if not row.size and row.call == "recvfrom":
            continue
        text = _text(row.payload, encodings.get(row.endpoint, "utf-8"))
        raw = row.payload.hex() if text is None else None
        found.append(
            (
                row.seq,
                row.t_ns,
                Expect(row.endpoint, call=row.call, connection=number, text=text, hex=raw),
            )
        )
    return found


def _text(data: bytes, encoding: str) -> str | None:
    """Bytes as the text that gives these bytes again; None where there is none."""
    try:
        text = data.decode(encoding)
        return text if encode(text, encoding) == data else None
    except (ValueError, LookupError, Problem):  # ValueError: also a NUL in the name
        return None
