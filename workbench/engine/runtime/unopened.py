"""UnopenedEndpoint: what a session holds of an endpoint until its first command."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.engine.model.address import AddressKind, parse
from workbench.engine.model.snapshot import EndpointSnapshot, Phase
from workbench.texts import Problem

if TYPE_CHECKING:
    from workbench.engine.model.kernel_reading import Reading
    from workbench.engine.model.settings import EndpointSettings
    from workbench.engine.sockets.socket_factory import Maker


class UnopenedEndpoint:
    """It has settings and nothing else: no thread, no socket, and the modules that drive one are
    not imported. It answers as an EndpointHost would that was never given a command.

    Attributes:
        id, name: in the record.
        settings: what it is to be; maker: of its kernel sockets.
        asked: what somebody who looks wants to see from now on; None: nobody has looked.
        at_work: False.
        numbered: how many of its connections had a number before it was removed and restored.
    """

    at_work = False

    def __init__(
        self, number: int, settings: EndpointSettings, maker: Maker, numbered: int = 0
    ) -> None:
        self.id = number
        self.numbered = numbered
        self.name = settings.name
        self.settings = settings
        self.maker = maker
        self.asked: tuple[frozenset[int], frozenset[int]] | None = None
        self._newest = new_snapshot(settings)

    def rename(self, name: str) -> None:
        """Give the endpoint another name."""
        self.name = name
        self._change(replace(self.settings, name=name))

    def relink(self, before: str, name: str) -> None:
        """Follow another endpoint to its new name, if this one is linked to it."""
        if self.settings.address == f"@{before}":
            self._change(replace(self.settings, address=f"@{name}"))

    def _change(self, settings: EndpointSettings) -> None:
        self.settings = settings
        self._newest = replace(new_snapshot(settings), revision=self._newest.revision + 1)

    def busy(self) -> bool:
        """Never: it owns nothing."""
        return False

    def holds_key(self, _settings: EndpointSettings) -> bool:
        """Never: it has loaded none."""
        return False

    def newest(self) -> EndpointSnapshot:
        """The snapshot of an endpoint that has not started."""
        return self._newest

    def refresh(
        self,
        detail: frozenset[int],
        seen: frozenset[int] = frozenset(),
        done: Callable[[], None] | None = None,
    ) -> None:
        """Note what somebody who looks wants to see; there is nothing new to show."""
        self.asked = (detail, seen)
        if done is not None:
            done()

    def look(
        self,
        _connection: int | None,
        answer: Callable[[Reading | None], None],
        _fits: Callable[[Reading], bool] | None = None,
    ) -> None:
        """Answer that there is no socket to look at."""
        answer(None)

    def address(self) -> str:
        """Where it will listen. Raises Problem: it has no port yet."""
        return planned_address(self.settings)

    def settle(self, _seconds: float) -> bool:
        """Always settled: no call is under way."""
        return True

    def join(self, _timeout: float | None) -> bool:
        """Return at once: there is no thread to wait for."""
        return True


def planned_address(settings: EndpointSettings) -> str:
    """The address that an endpoint which was never bound will have.

    Raises:
        Problem: it has no port yet.
    """
    if settings.address.startswith("@"):  # a client that is not connected has no address of its own
        server = settings.address.removeprefix("@")
        raise Problem("engine.no_own_address", name=settings.name, server=server)
    parsed = parse(settings.address, settings.family)
    if parsed.kind in {AddressKind.INET, AddressKind.INET6} and not parsed.port:
        raise Problem("engine.no_address_yet", name=settings.name)
    return settings.address


def new_snapshot(settings: EndpointSettings) -> EndpointSnapshot:
    """What `snapshot_builder` would make of a new endpoint."""
    return EndpointSnapshot(
        name=settings.name,
        settings=settings,
        phase=Phase.IDLE,
        connection=None,
        local=None,
        queue=None,
        accept=settings.accept,
        receive=settings.receive,
        send=settings.send,
        calls=settings.calls,
        strip=(),
        waiting=None,
        connections=(),
        open_count=0,
        closed_count=0,
        peers=(),
        drops=None,
        bytes_in=0,
        bytes_out=0,
    )
