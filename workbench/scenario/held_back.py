"""What our own endpoints hold back: accepts, reads, sends or answers, according to the rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from workbench.engine.model import commands as c
from workbench.engine.model.serialize import parse_command
from workbench.engine.model.settings import GateMode
from workbench.engine.model.snapshot import Hold

if TYPE_CHECKING:
    from workbench.engine.model.settings import EndpointSettings
    from workbench.journal.reader import Row

NO_RULE: Final = "no_rule"
_WHY: Final = frozenset({"rule_not_kept", "rule_not_stored"})
_UNANSWERED: Final = frozenset({NO_RULE, "rule_failed", "rule_too_slow", "greeting_failed", *_WHY})
"""Notes of rules that have not answered."""
_NOTES: Final = {
    "answers_held": True,
    "answers_resumed": False,
    "reading_held": True,
    "reading_resumed": False,
}


class HeldBack:
    """The gates of the endpoints, and the back-pressure on their connections.

    A gate is as the newest of its commands has set it, or as the settings say.
    """

    def __init__(self, settings: Callable[[], Iterable[EndpointSettings]]) -> None:
        """`settings`: of all endpoints, as they are now."""
        self._settings = settings
        self._switched: dict[tuple[str, c.Gate], bool] = {}
        self._unanswered: dict[str, Row] = {}
        self._full: set[tuple[str, int | None]] = set()  # None: held back by the record

    def take(self, row: Row) -> None:
        """Look at the next row of an endpoint."""
        name = row.endpoint or ""
        if row.kind == "command":
            if row.call in {"pause", "resume"}:
                self._switch(row)
            elif row.call == "configure":
                for gate in c.Gate:
                    self._switched.pop((name, gate), None)
        elif row.kind == "note" and row.call in _UNANSWERED:
            before = self._unanswered.get(name)
            if row.call != NO_RULE or before is None or not _tells_why(before, row):
                self._unanswered[name] = row
        elif row.kind == "note" and row.call in _NOTES:
            (self._full.add if _NOTES[row.call] else self._full.discard)((name, row.connection))

    def _switch(self, row: Row) -> None:
        try:
            command = parse_command(row.call, row.args, row.endpoint)
        except ValueError:
            return
        if isinstance(command, c.Pause | c.Resume):
            self._switched[command.endpoint, command.gate] = isinstance(command, c.Pause)

    def paused(self, name: str, gate: c.Gate) -> bool:
        """Whether an endpoint's accept, receive or send waits for steps."""
        switched = self._switched.get((name, gate))
        if switched is not None:
            return switched
        return any(
            _modes(item).get(gate) is GateMode.PAUSED
            for item in self._settings()
            if item.name == name
        )

    def hold(self, name: str, connection: int | None) -> Hold | None:
        """What keeps a connection from being read automatically."""
        if self.paused(name, c.Gate.RECEIVE):
            return Hold.GATE
        if (name, None) in self._full:
            return Hold.RECORD
        return Hold.ANSWERS if (name, connection) in self._full else None

    def silent_peer(self, name: str) -> str | None:
        """Among an endpoint and those that it talks to by its address or theirs, one whose send is
        paused.
        """
        among = (*self._peers(name), name)
        return next((peer for peer in among if self.paused(peer, c.Gate.SEND)), None)

    def unaccepting_peers(self, name: str) -> list[str]:
        """Among the endpoints that one talks to, those whose accept is paused."""
        return [peer for peer in self._peers(name) if self.paused(peer, c.Gate.ACCEPT)]

    def unanswered(self, name: str) -> Row | None:
        """An endpoint among these that has not answered by its rules: the newest row that says so,
        and the reason if it is known.
        """
        rows = (self._unanswered.get(other) for other in self._peers(name))
        return next((row for row in rows if row is not None), None)

    def _peers(self, name: str) -> list[str]:
        addresses = {item.name: item.address for item in self._settings()}
        peers = [other for other, address in addresses.items() if address == f"@{name}"]
        if addresses.get(name, "").startswith("@"):
            peers.append(addresses[name][1:])
        return peers


def _tells_why(before: Row, row: Row) -> bool:
    """Whether a note says why no rule fitted this message: it comes right before it."""
    return before.call in _WHY and before.connection == row.connection and before.seq + 1 == row.seq


def _modes(settings: EndpointSettings) -> dict[c.Gate, GateMode]:
    return {
        c.Gate.ACCEPT: settings.accept,
        c.Gate.RECEIVE: settings.receive,
        c.Gate.SEND: settings.send,
    }
