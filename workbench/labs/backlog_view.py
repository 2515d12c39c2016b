"""Observer: joins the kernel's readings with the clients' story into what the lab shows."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Final

from workbench.engine.model.settings import GateMode
from workbench.engine.model.snapshot import EndpointSnapshot, Phase
from workbench.engine.sockets import kernel_readings
from workbench.labs import listen_queue
from workbench.labs.backlog_clients import Clients
from workbench.labs.backlog_data import (
    ClientState,
    ClientView,
    EndedBy,
    Family,
    Picture,
    QueuedPeer,
    Result,
)
from workbench.labs.backlog_settings import BacklogSettings
from workbench.labs.modes.admission import Admission
from workbench.labs.private_net import PrivateNet
from workbench.session import Session
from workbench.texts import Problem

READ_AT_ONCE: Final = 128
"""Silent clients whose TCP_INFO is decoded in one look; more take turns."""
FRESH: Final = 10.0
"""Seconds after which an endpoint with a busy thread is shown as it was."""
ASK_FIREWALL: Final = 0.5
"""Seconds between two looks at the rule's counter: each starts nft."""


class Observer:
    """Makes the lab's pictures from kernel readings and events, on the run's own thread; only
    `picture` may be called on any.
    """

    def __init__(
        self,
        session: Session,
        settings: BacklogSettings,
        clients: Clients,
        admission: Admission,
        net: PrivateNet | None = None,
    ) -> None:
        """`net`: where the sockets are, if that is not this process's own network."""
        self._admission = admission
        self._session = session
        self._net = net
        self._rejected: int | None = None
        self._rejected_due = 0.0
        self._somaxconn: int | None = None
        self._entered: set[int] = set()
        self._met: set[str] = set()  # who was seen waiting: whose address it is may be told later
        self._settings = settings
        self._clients = clients
        self._before = listen_queue.counters(self._proc)
        self._since: listen_queue.Counters | None = None
        self._server: EndpointSnapshot | None = None
        self._limit: int | None = None
        self._peak: int | None = None
        self._full: bool | None = None
        self._drops: dict[int, int] = {}
        self._peers: tuple[listen_queue.Unaccepted, ...] = ()
        self._peers_due = 0.0
        self._peers_read: float | None = None
        self._turn = 0
        self._picture = Picture(0.0, settings.bound, False, False, False, None, ())

    def begin(self) -> None:
        """Start counting: the namespace's counters before the run are subtracted from those after
        it.
        """
        self._before = listen_queue.counters(self._proc)
        self._picture = replace(self._picture, running=True)

    def finish(self) -> None:
        """Freeze the picture at the end of the run, including its clock."""
        self._picture = replace(self.picture(), running=False, ends_in=0.0)

    @property
    def _proc(self) -> Path:
        return self._net.proc if self._net is not None else listen_queue.HERE

    # -- readings -----------------------------------------------------------------------------

    def look(self, server: str, client: str) -> None:
        """Take the newest readings and ask for the next ones; never waits."""
        self._session.refresh(server)
        self._session.refresh(client, self._next_read())
        self._take_server(self._session.snapshot(server))
        self._take_clients(self._session.snapshot(client))

    def look_afresh(self, server: str, client: str) -> None:
        """Take readings that are newer than this call; waits for the endpoints' threads."""
        for name in (server, client):
            made = threading.Event()
            self._session.refresh(name, self._next_read(), done=made.set)
            made.wait(FRESH)
        self._rejected_due = self._peers_due = 0.0
        self.look(server, client)

    def _next_read(self) -> frozenset[int]:
        wanted = self._clients.to_read()
        if len(wanted) <= READ_AT_ONCE:
            return frozenset(wanted)
        self._turn = (self._turn + READ_AT_ONCE) % len(wanted)
        return frozenset((wanted + wanted)[self._turn : self._turn + READ_AT_ONCE])

    def _take_server(self, seen: EndpointSnapshot) -> None:
        self._server = seen
        if seen.queue is not None:
            waiting, self._limit = seen.queue
            self._peak = max(self._peak or 0, waiting)
            self._full = bool(self._full) or waiting > self._limit
        if seen.connection is not None and seen.drops is not None:
            self._drops[seen.connection] = seen.drops
        self._since = listen_queue.counters(self._proc)
        self._read_peers(seen)
        self._ask_net()

    def _ask_net(self) -> None:
        """Ask for what only the helper can read: the rule's counter, the namespace's somaxconn."""
        now = time.perf_counter()
        if self._net is None or now < self._rejected_due:
            return
        try:
            if self._somaxconn is None:
                self._somaxconn = self._net.somaxconn()
            self._rejected = self._settings.mode.rejected(self._net)
        except Problem:  # the helper is gone: what was read last remains
            pass
        self._rejected_due = now + ASK_FIREWALL

    def _read_peers(self, seen: EndpointSnapshot) -> None:
        now = time.perf_counter()
        if self._settings.family is Family.UNIX or now < self._peers_due:
            return
        listens = seen.phase is Phase.LISTENING and seen.local is not None
        asked = self._clock()
        told = listen_queue.unaccepted(seen.local or "", self._proc) if listens else None
        self._peers = told or ()
        if told is not None:
            self._peers_read = asked
        self._met.update(peer.address for peer in self._peers)
        self._peers_due = now + self._settings.mode.rest * (time.perf_counter() - now)

    def _take_clients(self, seen: EndpointSnapshot) -> None:
        now = self._session.journal.clock.now()
        for row in seen.connections:
            if row.local is not None:
                self._clients.named(row.id, row.local)
            if row.reading is not None:
                self._clients.read(row.id, row.reading, now)

    # -- what it amounts to -------------------------------------------------------------------

    def decided(self, wished: int) -> bool:
        """Whether every client has an outcome that nothing under way will change."""
        views = self._clients.views
        if len(views) < wished:
            return False
        moving = {ClientState.SILENT, ClientState.UNFINISHED}
        if self._settings.accept_after is not None:
            moving.add(ClientState.QUEUED)
        if self._admission.undecided(views):
            return False
        return not any(view.state in moving for view in self.views())

    def views(self) -> tuple[ClientView, ...]:
        """The clients as events and readings show them."""
        for address in tuple(self._met):
            met = self._clients.client_at(address)
            if met is not None:
                self._entered.add(met.number)
                self._met.discard(address)
        views = self._admission.seen(self._clients.views, self._entered)
        if not (self._settings.mode.queue_alone and self._full and self._peers_read is not None):
            return views
        return tuple(
            replace(view, state=ClientState.UNFINISHED) if self._is_outside(view) else view
            for view in views
        )

    def _is_outside(self, view: ClientView) -> bool:
        """Whether a client is in no queue although its connect() has succeeded.

        Two SYNs may pass while one place is free: the second of the two last ACKs then meets a full
        queue, and Linux drops it.
        """
        return (
            view.state is ClientState.QUEUED
            and view.number not in self._entered
            and view.connected is not None
            and view.connected < (self._peers_read or 0.0)
        )

    def _clock(self) -> float:
        """Seconds since the run began."""
        return (self._session.journal.clock.now() - self._clients.start_ns) / 1e9

    def picture(self) -> Picture:
        """The newest picture, with the current time; any thread may ask."""
        last = self._picture
        if not last.running:
            return last
        seconds = max(0.0, self._clock())
        return replace(last, time=seconds, ends_in=max(0.0, self._settings.bound - seconds))

    def draw(self) -> None:
        """Make the picture anew from what is known."""
        server = self._server
        views = self.views()
        overflows, listen_drops = self._counted()
        self._picture = replace(
            self._picture,
            listening=server is not None and server.phase is Phase.LISTENING,
            accepting=server is not None and server.accept is GateMode.AUTO,
            queue=self._admission.queue(server, views),
            clients=views,
            peers=self._queued(),
            drops=self._dropped(),
            overflows=overflows,
            listen_drops=listen_drops,
            rejected=self._rejected,
        )

    def _queued(self) -> tuple[QueuedPeer, ...]:
        """Who waits, in order if that is known: if all are ours, and the connect() of each has
        succeeded.

        On the loopback a connection enters the queue with the ACK that its connect() sends as it
        returns; one that was silent and asked again comes after those that got in before.
        """
        found = [(peer, self._clients.client_at(peer.address)) for peer in self._peers]
        entered = [
            view.connected for _, view in found if view is not None and view.connected is not None
        ]
        if len(entered) == len(found):
            found.sort(key=lambda pair: (pair[1].connected or 0.0) if pair[1] is not None else 0.0)
        return tuple(
            QueuedPeer(peer.address, view.number if view is not None else None, peer.gone)
            for peer, view in found
        )

    def _dropped(self) -> int | None:
        return sum(self._drops.values()) if self._drops else None

    def _counted(self) -> tuple[int | None, int | None]:
        if self._before is None or self._since is None:
            return None, None
        return (
            self._since.overflows - self._before.overflows,
            self._since.drops - self._before.drops,
        )

    def result(self, system: str) -> Result:
        """The seven outcomes as observed, and the readings beside them."""
        settings, views = self._settings, self.views()
        counts = dict.fromkeys(ClientState, 0)
        for view in views:
            counts[view.state] += 1
        begun = len(views)
        overflows, listen_drops = self._counted()
        return Result(
            lab="backlog",
            family=settings.family.value,
            mode=settings.mode.name,
            backlog=settings.backlog,
            clients=settings.clients,
            connected=counts[ClientState.QUEUED]
            + counts[ClientState.ACCEPTED]
            + counts[ClientState.UNFINISHED],
            pending=counts[ClientState.SILENT] + settings.clients - begun,
            timed_out=counts[ClientState.TIMED_OUT],
            refused=counts[ClientState.REFUSED],
            reset=counts[ClientState.RESET],
            again=counts[ClientState.AGAIN],
            error=counts[ClientState.ERROR],
            queue_limit=self._limit,
            queue_peak=self._peak,
            drops=self._dropped(),
            claim=settings.claim,
            os=system,
            accepted=counts[ClientState.ACCEPTED],
            timed_out_kernel=sum(view.ended_by is EndedBy.KERNEL for view in views),
            queue_full=self._full,
            listen_overflows=overflows,
            listen_drops=listen_drops,
            somaxconn=self._somaxconn if self._net is not None else kernel_readings.somaxconn(),
            seconds=round(self.picture().time, 3),
            rejected=self._rejected,
            reset_outside=self._admission.reset_outside(views),
        )
