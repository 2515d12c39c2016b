"""What a record says about its endpoints: the settings in force at a row, and connection
numbers.
"""

from __future__ import annotations

import sys
from bisect import bisect, bisect_left
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import chain, groupby
from operator import attrgetter, itemgetter
from typing import Final, TypeVar

from workbench.engine.model import commands as c
from workbench.engine.model.address import names_endpoint
from workbench.engine.model.events import LAYER
from workbench.engine.model.serialize import parse_command, settings_from_json
from workbench.engine.model.settings import EndpointSettings
from workbench.engine.model.web_address import TLS, WEBSOCKET
from workbench.engine.protocol.stack import PROXY, layer_names
from workbench.journal.query import Condition, of_endpoint, parse
from workbench.journal.reader import Reader, Row
from workbench.literals import arguments_of

CONFIGURE = "configure"
PAGE: Final = 500
"""How many rows are read at once."""
_TALKS: Final = "ws.open"
_OPENINGS: Final = {
    "tls.handshake": TLS,
    _TALKS: WEBSOCKET,
    "ws.fault": WEBSOCKET,
    "proxy.response": PROXY,
    "proxy.body": PROXY,
}
"""Rows about how a layer opened or failed to, each with its layer."""
Result = TypeVar("Result")


def pages_of(reader: Reader, condition: Condition | None) -> Iterator[list[Row]]:
    """The rows that meet a condition, in order, a page at a time."""
    for seqs in reader.select(condition, 0, reader.count()):
        for start in range(0, len(seqs), PAGE):
            yield reader.rows(seqs[start : start + PAGE])


def rows_of(reader: Reader, text: str) -> list[Row]:
    """The rows that a filter selects, in order."""
    return list(chain.from_iterable(pages_of(reader, parse(text))))


def outcome_of(steps: Generator[object, None, Result]) -> Result:
    """Run all steps at once; returns their result."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]  # mypy does not know its type


def scaled(
    steps: Generator[float, None, Result], begin: float, end: float
) -> Generator[float, None, Result]:
    """The same steps as a part of a larger task: the shares they yield, 0 to 1, are scaled to
    `begin` to `end`.
    """
    while True:
        try:
            share = next(steps)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]  # as above
        yield begin + (end - begin) * share


class Meant:
    """Which endpoint a name means at a row: a removed one may have had the same name before."""

    def __init__(self, reader: Reader) -> None:
        ids: dict[str, list[int]] = {}
        for item in reader.endpoints():
            ids.setdefault(item.name, []).append(item.id)
        asked = parse("kind:command|note")
        assert asked is not None
        self._since: dict[str, list[tuple[int, int]]] = {}
        for name, known in ids.items():
            rows = [(0, known[0])]
            if len(known) > 1:
                rows += sorted(
                    (seq, number)
                    for number in known
                    for part in reader.select(of_endpoint(number) & asked, 0, reader.count())
                    for seq in part
                )
            self._since[name] = [next(same) for _, same in groupby(rows, itemgetter(1))]

    def id_at(self, name: str, seq: int) -> int:
        """The endpoint's id in the record; 0: there is none of this name."""
        since = self._since.get(name)
        return since[bisect(since, seq, key=itemgetter(0)) - 1][1] if since else 0


class Settings:
    """The settings of each endpoint at any row.

    Attributes:
        meant: which endpoint each name means.
    """

    def __init__(self, reader: Reader) -> None:
        self.meant = Meant(reader)
        self._first: dict[int, EndpointSettings] = {}  # by id, in the order of adding
        self._ids: dict[str, int] = {}
        for item in reader.endpoints():
            if not names_endpoint(item.name):
                continue
            with suppress(ValueError):  # another endpoint's; one without settings is left out
                found = settings_from_json(item.first_config or item.config)
                self._first[item.id] = replace(found, name=item.name)
                self._ids[item.name] = item.id
        self._changes: dict[str, list[Row]] = {}
        for row in rows_of(reader, f"kind:command call:{CONFIGURE}"):
            self._changes.setdefault(row.endpoint or "", []).append(row)
        self._renamed: list[tuple[int, str, str]] = []
        for row in rows_of(reader, "kind:note call:renamed"):
            with suppress(ValueError):  # another endpoint's
                before, now = arguments_of(row.args)[0]
                self._renamed.append((row.seq, str(before), str(now)))

    def at(self, name: str, seq: int) -> EndpointSettings | None:
        """The settings last configured before a row; None: there is no such endpoint."""
        number = self.meant.id_at(name, seq)
        changes = self._changes.get(name, [])
        before = reversed(changes[: bisect_left(changes, seq, key=attrgetter("seq"))])
        own = [row for row in before if self.meant.id_at(name, row.seq) == number]
        known = (item for row in own if (item := _configured(row)) is not None)
        found = next(known, None) or self._first.get(number)
        since = own[0].seq if own else None
        return self._linked(found, number, since) if found is not None else None

    def _linked(
        self, settings: EndpointSettings, number: int, since: int | None
    ) -> EndpointSettings:
        """The settings with a link by the name that the other endpoint has now. `since`: the row
        that made the link; None: these are its first settings.
        """
        address = settings.address
        for seq, before, name in self._renamed:
            # an endpoint that was added after another one got this name means that one
            older = number < self._ids.get(before, sys.maxsize) if since is None else since < seq
            if address == f"@{before}" and older:
                address = f"@{name}"
        return replace(settings, address=address)

    def at_first_use(self, chosen: Iterable[Row]) -> dict[str, tuple[int, EndpointSettings]]:
        """The row that first used each endpoint and the settings it met, in the order of use.

        Configuring is not a use; an endpoint that was only configured has its last settings.
        """
        rows = list(chosen)
        used: dict[str, tuple[int, EndpointSettings]] = {}
        for name in dict.fromkeys(row.endpoint for row in rows if row.endpoint is not None):
            own = [row for row in rows if row.endpoint == name]
            first = next((row.seq for row in own if row.call != CONFIGURE), own[-1].seq + 1)
            settings = self.at(name, first)
            if settings is not None:
                used[name] = (first, settings)
        for first, settings in list(used.values()):  # an address may refer to it without a command
            link = settings.address[1:] if settings.address.startswith("@") else ""
            linked = self.at(link, first)
            if linked is not None and link not in used:
                used[link] = (first, linked)
        return used


def _configured(row: Row) -> EndpointSettings | None:
    command = command_of(row)
    return command.settings if isinstance(command, c.Configure) else None


def command_of(row: Row) -> c.Command | None:
    """The command of a row; None: it is from a newer version. Settings are those of its endpoint,
    whatever name is in them.
    """
    try:
        command = parse_command(row.call, row.args, row.endpoint)
    except ValueError:
        return None
    if isinstance(command, c.Configure):
        return replace(command, settings=replace(command.settings, name=command.endpoint))
    return command


class Counted:
    """The numbers that connections will have when only the chosen commands are run again.

    Attributes:
        of: the number by the connection's id; one that is not made again is missing.
        begun: the row that opened it, likewise.
    """

    def __init__(
        self, reader: Reader, chosen: Collection[Row], wanted: Callable[[Row], bool]
    ) -> None:
        """`wanted`: whether a row counts at all."""
        self.of: dict[int, int] = {}
        self.begun: dict[int, int] = {}
        self._meant = Meant(reader)
        self._moved: dict[tuple[int, int], int] = {}
        self._owner: dict[int, str] = {}
        self._made: dict[str, list[tuple[int, int, int | None]]] = {}
        names = {item.id: item for item in reader.endpoints()}
        causes = {row.seq for row in chosen}
        begin = min(causes, default=0)
        openings = _openings(reader)
        before: dict[int, int] = {}  # by id; endpoints of one name become one when it is run again
        after: dict[str, int] = {}
        for item in sorted(reader.connections(), key=lambda row: row.id):
            owner = names.get(item.endpoint)
            if owner is None or (owner.role == "listener" and item.parent is None):
                continue  # a listening socket has no number
            before[owner.id] = number = before.get(owner.id, 0) + 1
            row = openings.get(item.id)
            if row is None or not wanted(row._replace(endpoint=owner.name)):
                continue
            if owner.role == "listener":
                left_out = item.pair is not None and item.pair not in self.of
                again = row.seq >= begin and not left_out
            else:
                again = row.cause in causes
            if again:
                after[owner.name] = after.get(owner.name, 0) + 1
                self.of[item.id] = self._moved[owner.id, number] = after[owner.name]
                self._owner[item.id] = owner.name
                self.begun[item.id] = row.seq
                self._made.setdefault(owner.name, []).append((item.id, row.seq, row.cause))

    def needed(self, connection: int, seq: int) -> int | None:
        """The number by which a connection has to be named in this row; None: it is the only one of
        the last connect, which need not be named.
        """
        number = self.of[connection]
        made = self._made[self._owner[connection]]
        there = bisect(made, seq, key=lambda item: item[1])
        last = made[there - 1] if there else None
        before = made[there - 2] if there > 1 else None
        alone = before is None or last is None or before[2] != last[2]
        return None if last is not None and last[0] == connection and alone else number

    def command(self, command: c.Command, seq: int) -> c.Command:
        """The command of a row, with the number that its connection will have."""
        number = c.numbered(command)
        if command.endpoint is None or number is None:
            return command
        owner = self._meant.id_at(command.endpoint, seq)
        moved = self._moved.get((owner, number), number)
        return command if moved == number else c.aimed(command, moved)


def _openings(reader: Reader) -> Mapping[int, Row]:
    """The socket() call of each connection; for an accepted one, a row near its accept()."""
    found = {
        row.connection: row
        for row in rows_of(reader, "kind:call call:socket")
        if row.connection is not None
    }
    seqs: dict[int, list[int]] = {}
    for item in reader.connections():
        if item.parent is not None and item.opened_seq:
            seqs.setdefault(item.opened_seq, []).append(item.id)
    wanted = sorted(seqs)
    for start in range(0, len(wanted), 500):
        for row in reader.rows(wanted[start : start + 500]):
            found.update(dict.fromkeys(seqs[row.seq], row))
    return found


def failed_openings(
    reader: Reader, made: Collection[int], settings: Callable[[str, int], EndpointSettings]
) -> dict[int, tuple[int, str]]:
    """The connections whose layers did not open, by id, each with the row of the command and its
    error: connect() itself succeeded, and the command ended with the handshake.

    Args:
        made: the connections that count, by id.
        settings: those with which an endpoint made one, by name and by its id.
    """
    asked: dict[int, int] = {}
    found: dict[int, tuple[int, str]] = {}
    for row in rows_of(reader, f"call:connect|{'|'.join(_OPENINGS)} kind:call|end|{LAYER}"):
        number = row.connection or 0
        if row.kind != LAYER:
            if row.cause is not None and number in made:
                asked[number] = row.cause
        elif row.call == _TALKS:
            asked.pop(number, None)  # what goes wrong from now on is no handshake
        elif row.error is not None and number in asked:
            layers = layer_names(settings(row.endpoint or "", number))
            if _OPENINGS[row.call] in layers:  # else a step began it later
                found[number] = asked.pop(number), row.errno or row.error
    return found
