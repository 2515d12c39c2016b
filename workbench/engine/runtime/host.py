"""EndpointHost: an endpoint with its thread, its commands and its snapshots.

It is made with the first command; before that there is an `UnopenedEndpoint`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from workbench.engine.connection.context import EngineContext, Surroundings
from workbench.engine.endpoint.base import Endpoint
from workbench.engine.endpoint.client import StreamEndpoint
from workbench.engine.endpoint.listener import ListenerEndpoint
from workbench.engine.model.kernel_reading import Reading
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.snapshot import EndpointSnapshot
from workbench.engine.model.ticket import Ticket
from workbench.engine.runtime.dispatch import perform
from workbench.engine.runtime.sampler import Sampler
from workbench.engine.runtime.snapshot_publisher import SnapshotPublisher
from workbench.engine.runtime.unopened import UnopenedEndpoint, planned_address
from workbench.engine.sockets.event_loop import EventLoop, Spawn
from workbench.engine.sockets.socket_factory import HERE, Maker
from workbench.engine.sockets.worker import Worker
from workbench.texts import Problem


def _kind(role: Role) -> type[Endpoint]:
    match role:
        case Role.LISTENER:
            return ListenerEndpoint
        case Role.STREAM:
            return StreamEndpoint
        case Role.DATAGRAM:  # with the first host: most runs have none
            from workbench.engine.endpoint.datagram import DatagramEndpoint

            return DatagramEndpoint


class EndpointHost:
    """What a session holds of an endpoint. Any thread may call its methods.

    Attributes:
        id, name: in the record.
        endpoint: works on the worker's thread, except that its settings may be read from any.
        publisher: its snapshots.
        worker: its thread.
    """

    def __init__(
        self,
        number: int,
        settings: EndpointSettings,
        surroundings: Surroundings,
        spawn: Spawn,
        maker: Maker = HERE,
    ) -> None:
        """`maker` makes the kernel sockets."""
        self.id = number
        self.name = settings.name
        self._spawn = spawn
        self._surroundings = surroundings
        self.worker = Worker(self._new_loop, spawn)
        self._context = EngineContext(
            number, settings, surroundings, self.worker, maker, self._changed
        )
        self.endpoint = _kind(settings.role)(self._context)
        self.publisher = SnapshotPublisher(self.endpoint, self.worker)
        self._sampler = Sampler(self._context, self.endpoint.registry)

    @classmethod
    def of(
        cls, unopened: UnopenedEndpoint, surroundings: Surroundings, spawn: Spawn
    ) -> EndpointHost:
        """The host that takes over from an unopened endpoint with its first command; whoever was
        looking goes on looking.
        """
        made = cls(unopened.id, unopened.settings, surroundings, spawn, unopened.maker)
        made.endpoint.registry.numbered = unopened.numbered
        made.publisher.count_on(unopened.newest().revision)
        if unopened.asked is not None:
            made.refresh(*unopened.asked)
        return made

    def as_another_kind(self, settings: EndpointSettings) -> EndpointHost:
        """This endpoint with another role; connection numbers and revisions continue."""
        made = EndpointHost(self.id, settings, self._surroundings, self._spawn, self._context.maker)
        made.endpoint.registry.numbered = self.endpoint.registry.numbered
        made.publisher.follow(self.publisher)
        return made

    @property
    def settings(self) -> EndpointSettings:
        """The settings in effect."""
        found = self.endpoint.settings
        return found if found.name == self.name else replace(found, name=self.name)

    def rename(self, name: str) -> None:
        """Go on under another name, whatever is open; never waits."""
        self.name = name
        self._change(partial(self.endpoint.live.rename, name))

    def relink(self, before: str, name: str) -> None:
        """Follow another endpoint to its new name, if this one is linked to it; never waits."""
        if self.settings.address == f"@{before}":
            self._change(partial(self.endpoint.live.relink, name))

    def _change(self, change: Callable[[], None]) -> None:
        """Change settings on the endpoint's thread, or on this one if there is none."""

        def run() -> None:
            change()
            self.publisher.publish()

        if not self.worker.post_if_running(run):
            run()

    @property
    def numbered(self) -> int:
        """How many connections have been numbered so far."""
        return self.endpoint.registry.numbered

    @property
    def at_work(self) -> bool:
        """Whether its thread is doing something now, so that a call may be under way."""
        return self.worker.loop.at_work

    def busy(self) -> bool:
        """Whether it owns a socket or a set-up under way."""
        return self.endpoint.busy()

    def holds_key(self, settings: EndpointSettings) -> bool:
        """Whether it has loaded the key of these settings."""
        return self.endpoint.live.holds_key(settings)

    def newest(self) -> EndpointSnapshot:
        """The newest snapshot; as of its publisher."""
        return self.publisher.newest()

    def refresh(
        self,
        detail: frozenset[int],
        seen: frozenset[int] = frozenset(),
        done: Callable[[], None] | None = None,
    ) -> None:
        """Ask for a new snapshot; as of its publisher."""
        self.publisher.refresh(detail, seen, done)

    def settle(self, seconds: float) -> bool:
        """Wait until a call that is under way has come back; False: it need not have."""
        return self.worker.loop.settle(seconds)

    def join(self, timeout: float | None) -> bool:
        """Wait for the thread's end; False if it is still there after `timeout` seconds."""
        return self.worker.join(timeout)

    def address(self) -> str:
        """The address where it listens, last did, or will.

        Raises:
            Problem: it has no port yet.
        """
        endpoint = self.endpoint
        own = endpoint.own_connection()
        if own is not None and own.traced.local is not None:
            return own.traced.local
        if endpoint.last_local is not None:
            return endpoint.last_local
        return planned_address(self.settings)

    def is_kind_of(self, role: Role) -> bool:
        """Whether it can take settings of this role without becoming another kind of endpoint."""
        return type(self.endpoint) is _kind(role)

    def submit(self, ticket: Ticket, *, here: bool = False, borrow: bool = False) -> None:
        """Hand a command to the endpoint's thread; one is started if there is none.

        `here`: run it on the caller's thread if the endpoint's is idle, which then need not be
        woken. `borrow`: as in `EventLoop.visit`.
        """
        job = partial(perform, self.endpoint, ticket)
        try:
            if here:
                self.worker.visit(job, borrow=borrow)
            else:
                self.worker.post(job)
        except Problem as problem:  # the endpoint got no thread
            self._context.not_done(problem, ticket)
            ticket.fail(problem)
            self.publisher.publish()  # nor will it get one

    def look(
        self,
        connection: int | None,
        answer: Callable[[Reading | None], None],
        fits: Callable[[Reading], bool] | None = None,
    ) -> None:
        """Take a kernel reading, keep it in the record, and hand it to `answer` on the endpoint's
        thread.

        `connection` None: its own socket if it has one, else the current one; with `fits`, the
        first of all its sockets that fits, else the newest. `answer` gets None if there is no such
        socket.
        """

        def read() -> None:
            endpoint = self.endpoint
            own = endpoint.own_connection() if connection is None else None
            if own is not None:
                found = [own]
            elif connection is None:
                found = endpoint.current()
            else:
                found = endpoint.registry.numbered_as(connection)
            if fits is not None and connection is None:
                among = (*found, *endpoint.conversations())
                found = [item for item in among if fits(item.traced.reading())][:1] or [*among[-1:]]
            answer(found[0].traced.sample() if found else None)

        if not self.worker.post_if_running(read):
            answer(None)

    # -- the loop's questions, on its thread --------------------------------------------------

    def _new_loop(self) -> EventLoop:
        return EventLoop(
            self.name,
            busy=self.busy,
            turn=self._turn,
            ended=self._ended,
            crashed=self._crashed,
        )

    def _turn(self) -> None:
        gates, congested = self.endpoint.gates, self._context.sink.congested
        if congested is not gates.backpressured:
            gates.set_backpressure(congested)
        if self._sampler.due is None and self.endpoint.registry.open:
            self._sampler.plan()

    def _ended(self) -> None:
        self._sampler.cancel_all()
        self.endpoint.ended()
        self.publisher.publish()

    def _crashed(self, error: BaseException) -> None:
        """Log a bug of this program; the other sockets go on."""
        self._context.fault(error)

    def _changed(self) -> None:
        self.publisher.publish_soon()
