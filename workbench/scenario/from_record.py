"""The commands of a record as a scenario: exploring becomes a run that can be repeated."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Final

from workbench.engine import commands as c
from workbench.engine.settings import EndpointSettings
from workbench.engine.wording import parse_command, settings_from_json
from workbench.journal.query import parse
from workbench.journal.reader import Reader, Row
from workbench.scenario.model import Expect, Perform, Scenario, Step, Wait
from workbench.texts import tr

RUN_BEGUN: Final = "scenario_begun"
RUN_ENDED: Final = "scenario_ended"
AGAIN: Final = "again"
"""Notes around a run in the record that is being made, and what marks one of this very record."""
PAUSE = 0.2
"""Gaps between commands shorter than this (seconds) are not kept as waits."""


def scenario_of(reader: Reader, *, title: str | None = None, seqs: Collection[int] | None = None,
                expectations: bool = True, waits: bool = False,
                without: str | None = None) -> Scenario:
    """The commands of a record in order, as steps.

    Args:
        seqs: only the commands of these rows; None takes all but those of a run of a scenario
            that was made from this record.
        expectations: expect what each connection received.
        waits: keep the time between the commands.
        without: leave the endpoints out whose names begin so (a lab's: their addresses are of
            one run).
    """
    runs = _runs_again(reader) if seqs is None else []

    def wanted(row: Row) -> bool:
        return not any(begin < row.seq < end for begin, end in runs) and not (
            without and (row.endpoint or "").startswith(without))

    chosen = [row for row in _rows(reader, "kind:command")
              if wanted(row) and (seqs is None or row.seq in seqs)]
    failed = _failures(reader)
    answers = _answers(reader, wanted) if expectations else []
    settings = _first_settings(reader, chosen)
    current = dict(settings)
    steps: list[Step] = []
    before = 0
    for index, row in enumerate(chosen):
        if waits and before and row.t_ns - before > PAUSE * 1e9:
            steps.append(Wait(round((row.t_ns - before) / 1e9, 2)))
        before = row.t_ns
        steps += _performed(row, current, failed)
        until = chosen[index + 1].seq if index + 1 < len(chosen) else 2**62
        steps += [expect for seq, expect in answers if row.seq < seq < until]
    return Scenario(title or tr("scenario.from_record"), tuple(settings.values()), tuple(steps))


def _performed(row: Row, current: dict[str, EndpointSettings],
               failed: Mapping[int, str]) -> list[Step]:
    """The step of a command; none for settings that are in force already."""
    try:
        command = parse_command(row.call, row.args, row.endpoint)
    except ValueError:
        return []  # of a newer version
    if isinstance(command, c.Configure):
        if current.get(command.endpoint) in (None, command.settings):
            return []
        current[command.endpoint] = command.settings
    return [Perform(command, failed.get(row.seq))]


def _runs_again(reader: Reader) -> list[tuple[int, int]]:
    """Where a scenario made from this record ran in it: what it did is here already."""
    found: list[tuple[int, int]] = []
    begin = None
    for row in _rows(reader, f"kind:note call:{RUN_BEGUN}|{RUN_ENDED}"):
        if row.call == RUN_BEGUN:
            begin = row.seq if repr(AGAIN) in row.args else None
        elif begin is not None:
            found.append((begin, row.seq))
            begin = None
    return found if begin is None else [*found, (begin, 2**62)]


def _rows(reader: Reader, text: str) -> list[Row]:
    found: list[Row] = []
    for seqs in reader.select(parse(text), 0, reader.count()):
        for start in range(0, len(seqs), 500):
            found += reader.rows(seqs[start : start + 500])
    return found


def _failures(reader: Reader) -> dict[int, str]:
    """By command: the error that its last call failed with and that nothing repaired."""
    failed: dict[int, str] = {}
    for row in _rows(reader, "cause>0 kind:call|end|note"):
        if row.cause is None:
            continue
        if row.error is not None and row.errno not in {"EINPROGRESS", "EAGAIN"}:
            failed[row.cause] = row.errno or row.error
        elif row.call in {"bind", "connect", "recv", "recvfrom"} and row.error is None:
            failed.pop(row.cause, None)
    return failed


def _answers(reader: Reader, wanted: Callable[[Row], bool]) -> list[tuple[int, Expect]]:
    """What clients received, the end of stream too, as expectations where it came."""
    numbers: dict[tuple[str, int], int] = {}
    found = []
    listeners = {item.name for item in reader.endpoints() if item.role == "listener"}
    for row in _rows(reader, "call:recv|recvfrom size>=0"):
        if row.endpoint is None or row.connection is None or row.endpoint in listeners:
            continue
        if not wanted(row):
            continue
        if row.payload is None or len(row.payload) != row.size:
            continue
        key = (row.endpoint, row.connection)
        count = sum(1 for name, _ in numbers if name == row.endpoint)
        number = numbers.setdefault(key, count + 1)
        if not row.size:
            if row.call == "recv":
                found.append((row.seq, Expect(row.endpoint, call="recv", connection=number,
                                              result=0)))
            continue
        try:
            text, raw = row.payload.decode(), None
        except UnicodeDecodeError:
            text, raw = None, row.payload.hex()
        found.append((row.seq, Expect(row.endpoint, call=row.call, connection=number,
                                      text=text, hex=raw)))
    return found


def _first_settings(reader: Reader, chosen: list[Row]) -> dict[str, EndpointSettings]:
    """The settings an endpoint had at its first command, in the order of use."""
    known = {item.name: settings_from_json(item.first_config or item.config)
             for item in reader.endpoints()}
    used: dict[str, EndpointSettings] = {}
    for row in chosen:
        name = row.endpoint
        if name is None or name in used or name not in known:
            continue
        settings = known[name]
        if row.call == "configure":
            command = parse_command(row.call, row.args, name)
            if isinstance(command, c.Configure):
                settings = command.settings
        used[name] = settings
    for settings in list(used.values()):  # an address may name an endpoint that got no command
        link = settings.address[1:] if settings.address.startswith("@") else None
        if link in known and link not in used:
            used[link] = known[link]
    return used
