"""What happened to the clients of a backlog run, derived only from the record's events."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from workbench.engine.model.events import CALL, COMMAND
from workbench.engine.model.kernel_reading import Reading
from workbench.journal.reader import Row
from workbench.labs.backlog_data import ClientState, ClientView, EndedBy

_ENDS: Final = {
    "ECONNREFUSED": ClientState.REFUSED,
    "ECONNRESET": ClientState.RESET,
    "ETIMEDOUT": ClientState.TIMED_OUT,
    "EAGAIN": ClientState.AGAIN,
}
_UNDER_WAY: Final = "EINPROGRESS"


class Clients:
    """Combines the rows of both endpoints into one view for each client.

    Attributes:
        accepted: connections accepted so far, foreign ones too.
    """

    def __init__(self, client: str, server: str) -> None:
        """`server`, `client`: the names of the endpoints."""
        self._client = client
        self._server = server
        self._views: list[ClientView] = []
        self._by_connection: dict[int, int] = {}
        self._by_local: dict[str, int] = {}
        self._early: dict[str, float] = {}
        self._unread: set[int] = set()
        self.accepted = 0
        self.start_ns = 0

    @property
    def views(self) -> tuple[ClientView, ...]:
        """The views of all clients that have begun, by number."""
        return tuple(self._views)

    def take(self, row: Row) -> None:
        """Apply one committed event to the client that it belongs to."""
        if row.endpoint == self._server:
            self._server_row(row)
        elif row.endpoint == self._client:
            self._client_row(row)

    # -- the listener's side ------------------------------------------------------------------

    def _server_row(self, row: Row) -> None:
        if row.call != "accept" or row.kind != CALL or row.result is None:
            return
        self.accepted += 1
        when = self._seconds(row.t_ns + row.duration_ns)
        if row.peer is None:
            return
        if row.peer in self._by_local:
            self._accept(self._by_local[row.peer], when)
        else:  # two threads: the accept may be recorded before the client's address is known
            self._early[row.peer] = when

    def _accept(self, number: int, when: float) -> None:
        view = self._views[number - 1]
        state = ClientState.ACCEPTED if view.state is ClientState.QUEUED else view.state
        self._put(replace(view, accepted=when, state=state))

    # -- the clients' side --------------------------------------------------------------------

    def _client_row(self, row: Row) -> None:
        if row.call == "socket" and row.kind == CALL:
            self._born(row)
            return
        number = self._by_connection.get(row.connection or 0)
        if number is None or row.kind == COMMAND:
            return
        if row.local is not None:
            self.named(row.connection, row.local)
        view = self._views[number - 1]
        if row.call == "connect":
            self._connect(view, row)
        elif row.errno == "ECONNRESET" and view.ended is None:
            self._end(view, ClientState.RESET, row)

    def _born(self, row: Row) -> None:
        number = len(self._views) + 1
        view = ClientView(number, ClientState.SILENT, row.connection, began=self._seconds(row.t_ns))
        self._views.append(view)
        if row.result is None:
            self._end(view, ClientState.ERROR, row)
        elif row.connection is not None:
            self._by_connection[row.connection] = number

    def _connect(self, view: ClientView, row: Row) -> None:
        took = row.duration_ns / 1e9
        if row.errno == _UNDER_WAY:
            began = self._seconds(row.t_ns)
            self._put(replace(view, began=began, syns=(began,)))
        elif row.error is None:
            when = self._when(row)
            if row.connection is not None and view.syns:
                self._unread.add(row.connection)
            early = self._early.pop(view.local, None) if view.local is not None else None
            got_in = early is not None or view.accepted is not None
            self._put(
                replace(
                    view,
                    connected=when,
                    connect_seconds=took,
                    began=when - took,
                    # a reading may be quicker than this row: no SYN is sent after the answer
                    syns=tuple(min(sent, when) for sent in view.syns),
                    accepted=early if early is not None else view.accepted,
                    state=ClientState.ACCEPTED if got_in else ClientState.QUEUED,
                )
            )
        elif row.errno is None and row.error == "TimeoutError":
            self._end(view, ClientState.TIMED_OUT, row, EndedBy.OURS)
        else:
            state = _ENDS.get(row.errno or "", ClientState.ERROR)
            by = EndedBy.KERNEL if state is ClientState.TIMED_OUT else None
            self._end(view, state, row, by)

    def _end(
        self, view: ClientView, state: ClientState, row: Row, by: EndedBy | None = None
    ) -> None:
        direct = row.call == "connect" and row.kind == CALL  # otherwise it began with EINPROGRESS
        self._put(
            replace(
                view,
                state=state,
                ended=self._when(row),
                ended_by=by,
                errno=row.errno,
                began=self._seconds(row.t_ns) if direct else view.began,
            )
        )

    def _when(self, row: Row) -> float:
        """When the row's call was over: an `end` is stamped then, a call at its beginning."""
        return self._seconds(row.t_ns + (row.duration_ns if row.kind == CALL else 0))

    # -- what readings add --------------------------------------------------------------------

    def named(self, connection: int | None, local: str) -> None:
        """Note the local address of a client, by which the listener's accept() is attributed."""
        number = self._by_connection.get(connection or 0)
        if number is None or self._views[number - 1].local == local:
            return
        self._put(replace(self._views[number - 1], local=local))
        self._by_local[local] = number
        if local in self._early and self._views[number - 1].connected is not None:
            self._accept(number, self._early.pop(local))

    def read(self, connection: int, reading: Reading, now_ns: int) -> None:
        """Apply a TCP_INFO of a client.

        SYNs counted beyond the last look are stamped with this moment, since the kernel does not
        tell when it sent them.
        """
        number = self._by_connection.get(connection)
        repeats = max(reading.retransmits or 0, reading.total_retrans or 0)
        if number is None or reading.state not in {"SYN_SENT", "ESTABLISHED"}:
            return
        view = self._views[number - 1]
        now = self._seconds(now_ns)
        if reading.state == "ESTABLISHED":
            self._unread.discard(connection)
            now = min(now, view.connected if view.connected is not None else now)
        if repeats > view.repeats:
            more = (now,) * (repeats - view.repeats)
            self._put(replace(view, repeats=repeats, syns=view.syns + more))

    def client_at(self, address: str) -> ClientView | None:
        """The client of ours that has this address."""
        number = self._by_local.get(address)
        return self._views[number - 1] if number is not None else None

    def silent(self) -> list[int]:
        """The connections whose connect() has no outcome yet."""
        return [
            view.connection
            for view in self._views
            if view.state is ClientState.SILENT and view.connection is not None
        ]

    def to_read(self) -> list[int]:
        """The connections whose SYNs may have been repeated since the last look."""
        return [*self.silent(), *self._unread]

    def _put(self, view: ClientView) -> None:
        self._views[view.number - 1] = view

    def _seconds(self, t_ns: int) -> float:
        return (t_ns - self.start_ns) / 1e9
