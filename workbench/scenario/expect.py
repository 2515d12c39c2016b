"""Matcher: reads the record of a run as it grows, and finds what steps expect in it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import fields, replace
from enum import Enum
from typing import Final

from workbench.engine.model import commands as c
from workbench.engine.model.events import COMMAND, NOTE
from workbench.engine.model.identity_cache import IdentityCache
from workbench.engine.model.message_ends import Http
from workbench.engine.model.serialize import parse_command
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.journal.reader import Row
from workbench.payload.characters import shifts
from workbench.payload.hex_patterns import is_pattern
from workbench.payload.templates import Value
from workbench.scenario.connections import RunConnection, Since, ended_ns
from workbench.scenario.cut_messages import was_cut
from workbench.scenario.feed import FedEndpoint, Feed
from workbench.scenario.held_back import HeldBack
from workbench.scenario.ignored import ignores
from workbench.scenario.left_behind import LeftBehind
from workbench.scenario.needle import Needle, needle_of
from workbench.scenario.search import FOR_EVER, Passed, RowMatch, Search
from workbench.scenario.steps import ANY, FIN, NEWEST, WHICHEVER, Expect
from workbench.scenario.timing import Took, times_of
from workbench.scenario.what_came import gives_stream, what_came
from workbench.texts import Problem

WATCHED: Final = 1000
"""Newest rows of a connection that are kept for what ends a loop: a match may be known later than
the row with which it ended, when it has not grown.
"""
_CLOSING: Final = frozenset({"close", "abort", "stop"})
"""Commands after which a closed connection is one that a step has closed."""
_OPENING: Final = frozenset({"connect", "start", "call"})
"""Commands with which a client starts again."""


class NotYet(Enum):
    """The answer of `Matcher.next_text` while nothing at all has come."""

    CAME = 1


_NOTHING_PASSED: Final = Passed()


class Watch:
    """The condition that ends a loop.

    Attributes:
        found: the row that met it, None until then.
    """

    def __init__(self, search: Search) -> None:
        self._search = search
        self.until = search.expect
        self.found: Row | None = None

    @property
    def so_far(self) -> int:
        """How often it has come, and how often it has to."""
        return self._search.so_far_in_all(self._means)

    def looked_through(self) -> list[tuple[RunConnection, Needle | None]]:
        """As `Search.looked_through`."""
        return self._search.looked_through()

    def advance(self, connections: Iterable[RunConnection], known_ns: int) -> None:
        """Look through the new rows of connections. Raises TooSlow."""
        if self.found is not None or self.until.of_no_row:  # a look at the kernel is not a row
            return
        self._search.advance([item for item in connections if self._means(item)], known_ns)
        matches = self._search.matches(self._means)
        if matches is not None:
            connection, match = max(matches, key=lambda item: item[1].seq)
            self.found = connection.row(match.place)

    def _means(self, connection: RunConnection) -> bool:
        until = self.until
        return until.endpoint in {ANY, connection.endpoint} and (
            until.connection in {None, WHICHEVER, connection.number}
        )


class Findings:
    """The matches of an expectation, and what was passed over before them.

    Attributes:
        row: the last one that matched.
        took: if a time is wanted, that of the last match; with `each`, that of each connection.
    """

    def __init__(
        self,
        matches: list[tuple[RunConnection, RowMatch]],
        row: Row,
        passed: Passed,
        took: list[Took],
    ) -> None:
        self.matches = matches
        self.row = row
        self.passed = passed
        self.took = took


class Matcher:
    """The rows of a run by connection; each is used up once.

    The connections that an expectation means if it names none: on a stream, those of its last
    connect, open or closed since, except those whose address failed so that the next one of the
    name was tried; on a listener, its own newest socket and every connection that no step has
    closed, open or not; on a datagram endpoint, its newest socket.

    Attributes:
        kept: the endpoints of which anything will be expected; rows of others are only shown to
            watches.
        commands: whether rows of commands are ever looked for.
    """

    def __init__(
        self,
        feed: Feed,
        settings_of: Callable[[str], EndpointSettings],
        held: HeldBack,
        ignored_by: Callable[[str], tuple[Expect, ...]] = lambda _name: (),
    ) -> None:
        """`settings_of`: the settings of an endpoint by its name.

        `held` is shown commands and notes. `ignored_by`: what an endpoint ignores.
        """
        self._feed = feed
        self._settings_of = settings_of
        self._ignored_by = ignored_by
        self.kept: Collection[str] = ()
        self.commands = True
        self._owned: dict[str, list[RunConnection]] = {}
        self._by_id: dict[int, RunConnection] = {}
        self._accepted: dict[str, list[Since]] = {}  # in the order of the connections' numbers
        # the last id that has a number, and that number
        self._counts: dict[str, tuple[int, int]] = {}
        self._numbers: dict[int, int] = {}  # for connections that have not spoken yet
        self._opened: dict[str, list[int]] = {}
        self._closers: set[int] = set()
        self._touched: dict[Search, dict[RunConnection, None]] = {}
        self._watches: list[Watch] = []
        self._held = held
        self._changes = 0  # how often the set of meant connections may have changed
        self._meant_at = (0, 0)
        self._meant = IdentityCache(self._meaning)
        self._looked_for = IdentityCache(self._needles)
        self._plain = IdentityCache(_is_plain)
        self._left = LeftBehind()

    # -- reading ------------------------------------------------------------------------------

    def take(self, known_ns: int = 0) -> None:
        """Read what has come since. `known_ns`: everything that ended before this moment has
        come.
        """
        while self._feed.any and (rows := self._feed.rows()):
            touched: dict[RunConnection, None] = {}
            for row in rows:
                if row.endpoint is not None:
                    connection = self._add(row)
                    if connection is not None:
                        touched[connection] = None
            for watch in self._watches:
                watch.advance(touched, known_ns)
            for connection in touched:
                if connection.endpoint not in self.kept:
                    connection.forget(WATCHED if self._watches else 0)
        for watch in self._watches:
            watch.advance((), known_ns)

    def _add(self, row: Row) -> RunConnection | None:
        kind = row.kind
        if kind == COMMAND:
            self._note_command(row)
            self._held.take(row)
            if not self.commands:
                return None  # otherwise each expectation would look through all of them again
        elif kind == NOTE:
            self._held.take(row)
        if row.connection is not None and row.connection <= self._feed.before:
            return None  # from before the run
        connection = self._connection(row)
        connection.add(row)
        if row.call == "accept" and row.kind != "command" and row.error is None:
            self._accepted.setdefault(connection.endpoint, []).append(
                Since(ended_ns(row), "accept", row.seq)
            )
        elif connection.opened is None:
            connection.opened = self._opened_at(connection)
        if row.call in {"socket", "connect"} and row.kind != "command" and row.cause is not None:
            connection.opened_by = max(connection.opened_by, row.cause)
        if row.call == "next_address" and row.kind == "note":
            connection.passed_over = True
        if row.call == "close" and row.kind == "call" and row.cause in self._closers:
            connection.closed_by_step = True
        for touched in self._touched.values():
            touched[connection] = None
        return connection

    def _opened_at(self, connection: RunConnection) -> Since | None:
        """Note when a connection was accepted; the first that was accepted has the first number."""
        accepted = self._accepted.get(connection.endpoint, ())
        number = connection.number
        return accepted[number - 1] if 0 < number <= len(accepted) else None

    def _note_command(self, row: Row) -> None:
        self._changes += 1
        if row.call in _CLOSING:
            self._closers.add(row.seq)
        elif row.call in _OPENING and _opens(row):
            self._opened.setdefault(row.endpoint or "", []).append(row.seq)

    def refused(self, seq: int | None) -> None:
        """Undo the counting of a command that was refused with a sentence: a connect that opened no
        socket has not begun the client anew.
        """
        for name, opened in self._opened.items():
            if seq in opened and all(item.opened_by != seq for item in self._owned.get(name, ())):
                opened.remove(seq)
                self._changes += 1

    def _connection(self, row: Row) -> RunConnection:
        name = row.endpoint or ""
        found = (
            self._by_id.get(row.connection)
            if row.connection is not None
            else next((item for item in self._owned.get(name, ()) if item.id is None), None)
        )
        if found is None:
            found = self._new(name, row.connection)
            self._owned.setdefault(name, []).append(found)
            if row.connection is not None:
                self._by_id[row.connection] = found
        return found

    def _new(self, name: str, number: int | None) -> RunConnection:
        self._changes += 1
        if number is None:
            return RunConnection(name, None, 0, stream=False)
        endpoint = self._feed.endpoint(name)
        counted = self._number(name, endpoint, number)
        of_stream = bool(counted) and endpoint.type == "SOCK_STREAM"
        settings = self._settings_of(name)
        came = what_came(settings, stream=of_stream)
        return RunConnection(
            name,
            number,
            counted,
            stream=of_stream and gives_stream(settings),
            came=came,
            ignores=ignores(self._ignored_by(name), settings, came),
        )

    def _know_all(self, name: str) -> None:
        """Make known the connections on which nothing has happened yet."""
        endpoint = self._feed.endpoint(name)
        for opened, parent in self._feed.opened(endpoint.id, self._feed.before, FOR_EVER):
            if opened in self._by_id or (endpoint.role == "listener" and parent is None):
                continue
            self._by_id[opened] = made = self._new(name, opened)
            self._owned.setdefault(name, []).append(made)

    def accepted_any(self, name: str) -> bool:
        """Whether a listener has accepted anybody during the run."""
        opened = self._feed.opened(self._feed.endpoint(name).id, self._feed.before, FOR_EVER)
        return any(parent is not None for _, parent in opened)

    def _number(self, name: str, endpoint: FedEndpoint, wanted: int) -> int:
        """Number the connections as the endpoints do: in the order they were made, not in that of
        their first rows.
        """
        last, count = self._counts.get(name, (self._feed.before, 0))
        for opened, parent in self._feed.opened(endpoint.id, last, wanted):
            last = opened
            if endpoint.role == "listener" and parent is None:
                self._numbers[opened] = 0  # a listening socket carries no conversation
                continue
            count += 1
            self._numbers[opened] = count
        self._counts[name] = last, count
        return self._numbers.pop(wanted, 0)

    # -- what a step means --------------------------------------------------------------------

    def meant(self, expect: Expect) -> Callable[[RunConnection], bool]:
        """Whether an expectation means a connection, as things are now."""
        at = self._changes, self._feed.changes
        if at != self._meant_at:
            self._meant_at = at
            self._meant.forget()
        return self._meant.of(expect)

    def _meaning(self, expect: Expect) -> Callable[[RunConnection], bool]:
        owned = self._owned.get(expect.endpoint, [])
        wanted = expect.connection
        name = expect.endpoint
        if wanted == WHICHEVER:
            return lambda item: item.endpoint == name
        if wanted is not None:
            number = max((item.number for item in owned), default=0) if wanted == NEWEST else wanted
            return lambda item: item.endpoint == name and item.number == number
        default = self._meant_by_default(name, owned)
        return lambda item: item.endpoint == name and default(item)

    def _meant_by_default(
        self, name: str, owned: list[RunConnection]
    ) -> Callable[[RunConnection], bool]:
        role = self._feed.endpoint(name).role if owned else ""
        if role == "stream":
            opened = self._opened.get(name) or [0]
            return lambda item: (
                item.id is None or (item.opened_by >= opened[-1] and not item.passed_over)
            )
        alone = [
            item.id
            for item in owned
            if item.id is not None and (role == "datagram" or not item.number)
        ]
        own = max(alone, default=None)
        return lambda item: (
            item.id in {None, own}
            or (role == "listener" and bool(item.number) and not item.closed_by_step)
        )

    def _needles(self, expect: Expect) -> Callable[[RunConnection], Needle | None] | None:
        """What to look for in each connection's bytes; None: no bytes are wanted.

        If any endpoint is meant, one whose encoding cannot express the text cannot send it either.
        """
        if not expect.wants_bytes:
            return None
        made: dict[tuple[str, bool], Needle | None] = {}

        def needle(connection: RunConnection) -> Needle | None:
            settings = self._settings_of(connection.endpoint)
            form = settings.encoding, isinstance(settings.messages, Http)
            if form not in made:
                try:
                    made[form] = needle_of(expect, form[0], http=form[1])
                except Problem:
                    if expect.endpoint != ANY:
                        raise
                    made[form] = None
            return made[form]

        return needle

    # -- what mostly comes: the text that is expected, whole and alone -------------------------

    def is_text(self, expect: Expect) -> bool:
        """Whether `next_text` may tell."""
        return self._plain.of(expect)

    def next_text(self, expect: Expect, until_ns: int) -> Findings | NotYet | None:
        """What meets an expectation, and is now used up, if it is the first that came, on the only
        connection on which anything did; None: only a search can tell.

        `until_ns`: as in a search.
        """
        meant, needle_in = self.meant(expect), self._looked_for.of(expect)
        assert needle_in is not None
        met: tuple[RunConnection, int, Row] | None = None
        for connection in self._owned.get(expect.endpoint, ()):
            if connection.used == connection.end or not meant(connection):
                continue
            for place, row in enumerate(connection.rows(), connection.used):
                if row.error is not None:
                    return None
                if connection.came(row) and row.kind != COMMAND:
                    if met is not None or connection.part or connection.resumed or not row.size:
                        return None
                    met = connection, place, row
                    break
        if met is None:
            return NotYet.CAME
        connection, place, row = met
        try:
            needle = needle_in(connection)
        except Problem:  # reported by the search
            return None
        late = ended_ns(row) > until_ns
        if needle is None or needle.exact != (row.payload,) or late or was_cut(row):
            return None
        matches = [(connection, RowMatch(row.seq, place, None, 0))]
        took = times_of(expect, matches)
        connection.use_up(place, None)
        return Findings(matches, row, _NOTHING_PASSED, took)

    # -- searching ----------------------------------------------------------------------------

    def search(self, expect: Expect, until_ns: int = FOR_EVER) -> Search:
        """Begin to look for an expectation in everything that is not used up, and in what comes.

        Raises:
            Problem: the encoding cannot express its text.
        """
        search = Search(expect, self._looked_for.of(expect), until_ns=until_ns)
        self._touched[search] = dict.fromkeys(self.candidates(expect))
        return search

    def watch(self, until: Expect) -> Watch:
        """Look for a condition in what comes from now on, whatever steps expect and use up."""
        # the first bytes of its rounds are not ones that anybody asked for: as with `absent`, text
        # is looked for in everything that comes
        search = Search(until, self._needles(replace(until, absent=True)))
        for owned in self._owned.values():
            for connection in owned:
                search.advance([connection], 0, begin=connection.end)
        watch = Watch(search)
        self._watches.append(watch)
        return watch

    def end_watch(self, watch: Watch) -> None:
        """Stop looking for a watch's condition."""
        self._watches.remove(watch)

    def end(self, search: Search) -> None:
        """Stop a search."""
        del self._touched[search]

    def advance(self, search: Search, known_ns: int) -> None:
        """Look through what was read since; as `Search.advance`."""
        touched, self._touched[search] = self._touched[search], {}
        if touched or search.open:
            wanted = self.meant(search.expect)
            search.advance([item for item in touched if wanted(item)], known_ns)

    def found(self, search: Search, *, over: bool) -> Findings | None:
        """What an expectation is looking for, which is now used up; None: it has not come, or is
        not settled.

        `over`: the deadline has passed, and everything before it was looked through.
        """
        if search.expect.each:
            self._know_all(search.expect.endpoint)
            matches = search.in_each(self.candidates(search.expect), over=over)
        elif search.may_match:
            matches = search.matches(self.meant(search.expect), over=over)
        else:
            return None
        if matches is None:
            return None
        if search.expect.take:
            matches = [_with_words(search.expect, *match) for match in matches]
        connection, last = matches[-1]
        row = connection.row(last.place)  # before it is used up
        took = times_of(search.expect, matches)
        return Findings(matches, row, search.use_up(matches), took)

    def leave_behind(self, search: Search) -> None:
        """Note what came in place of what a search waited for in vain: other steps follow."""
        self._left.note(search.expect, self.candidates(search.expect), search.until_ns)

    def pass_by(self, expect: Expect) -> None:
        """Use up what an earlier step left, where this expectation cannot mean it."""
        if self._left:
            with suppress(Problem):  # it is reported by the search
                self._left.pass_by(expect, self.candidates(expect), self.needle(expect))

    def hopeless(self, search: Search) -> bool:
        """Whether waiting longer is pointless: more came than is wanted, or something else came
        first on every connection that can still be meant, or a FIN is wanted and all are over.
        """
        expect = search.expect
        if expect.closed == FIN and not (expect.absent or expect.exact) and self._is_known(expect):
            found = [item.over for item in self.candidates(expect) if item.number]
            return bool(found) and all(found)
        if expect.next and self._is_known(expect):
            return search.stopped(item for item in self.candidates(expect) if item.number)
        return expect.exact and search.too_many(self.meant(expect))

    def _is_known(self, expect: Expect) -> bool:
        """Whether no further connection can come that the expectation means."""
        settings = self._settings_of(expect.endpoint)
        if expect.connection is not None:
            return isinstance(expect.connection, int) and expect.connection > 0
        return settings.role is not Role.LISTENER and settings.reconnect is None

    def needle(self, expect: Expect) -> Needle | None:
        """What is looked for in its endpoint's bytes; None: no bytes are."""
        if not expect.wants_bytes:
            return None
        settings = self._settings_of(expect.endpoint)
        return needle_of(expect, settings.encoding, http=isinstance(settings.messages, Http))

    def candidates(self, expect: Expect) -> list[RunConnection]:
        """The connections that an expectation means."""
        wanted = self.meant(expect)
        return [item for item in self._owned.get(expect.endpoint, ()) if wanted(item)]

    def known(self, expect: Expect) -> list[RunConnection]:
        """As `candidates`, and those on which nothing has happened yet."""
        self._know_all(expect.endpoint)
        return self.candidates(expect)

    def others(self, expect: Expect) -> list[RunConnection]:
        """The connections of its endpoint that an expectation without a number does not mean."""
        if expect.connection is not None:
            return []
        wanted = self.meant(expect)
        return [item for item in self._owned.get(expect.endpoint, ()) if not wanted(item)]


def _is_plain(expect: Expect) -> bool:
    """Whether it is a text, or bytes, without any further condition."""
    if expect.text is None and (expect.hex is None or is_pattern(expect.hex)):
        return False
    how = {"text", "hex", "encoding", "within", "on_failure", "not_before", "at_most"}
    plain = Expect(expect.endpoint, connection=expect.connection)
    return all(
        item.name in how or getattr(expect, item.name) == getattr(plain, item.name)
        for item in fields(Expect)
    ) and not (expect.text is not None and expect.encoding is not None and shifts(expect.encoding))


def _with_words(
    expect: Expect, connection: RunConnection, match: RowMatch
) -> tuple[RunConnection, RowMatch]:
    """A match, with what is to be taken from its row."""
    if expect.json is not None:
        return connection, match
    row = connection.row(match.place)
    said: dict[str, bytes | None] = {
        "payload": row.payload or b"",
        "peer": None if row.peer is None else row.peer.encode(),
        "result": None if row.result is None else str(row.result).encode(),
        "size": None if row.size is None else str(row.size).encode(),
    }
    taken = tuple(
        (name, Value(data, literal=None if word == "payload" else word != "peer"))
        for name, word in expect.take.items()
        if (data := said[word]) is not None
    )
    return connection, match._replace(taken=(*match.taken, *taken))


def _opens(row: Row) -> bool:
    """Whether a command makes a client's socket, or connects it."""
    try:
        command = parse_command(row.call, row.args, row.endpoint)
    except ValueError:
        return False
    return isinstance(command, c.Connect | c.Start) or (
        isinstance(command, c.Call) and command.call in {"socket", "connect"}
    )


def in_words(row: Row) -> str:
    """A call and its result, as code."""
    outcome = row.errno or row.error or row.result
    return f"{row.call}({row.args})" + ("" if outcome is None else f" = {outcome}")


def rows_in_words(rows: Iterable[Row]) -> str:
    """Several calls in a line."""
    return ", ".join(in_words(row) for row in rows)
