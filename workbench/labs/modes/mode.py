"""LabMode: the interface of the modes, which answers everything that depends on one."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings
from workbench.labs import backlog_reasons as why
from workbench.labs.backlog_data import ClientView, Family, Result
from workbench.labs.backlog_reasons import Reason
from workbench.labs.modes.admission import Admission, Stage
from workbench.labs.private_net import PrivateNet
from workbench.session import Session


class LabMode:
    """A mode of the backlog lab, without state: one object serves every run.

    Its texts are found by its name: `backlog.mode_NAME` in a title, `lab.mode_NAME` in the list; if
    it is a way to a real refusal, also `backlog.way_NAME`, `lab.way_NAME` and `lab.mode_NAME_tip`;
    if it is private, `backlog.measured_NAME`.

    Attributes:
        name: in settings, JSON, records and `--mode`.
        private: it runs in a network namespace of its own (network_namespaces(7)), over TCP alone.
        listens: somebody can be accepted.
        settling: further seconds that a run may need at its end.
        rest: the names in the queue are read again after this many times as long as reading them
            took.
        way: its position among the ways to a real refusal; 0: it is none.
        queued_text, drops_text, overflows_text: text keys for a client that waits for accept(),
            for the listener's drops, for the counters of the network namespace.
        queue_alone: a connected client waits in the kernel's queue, or in none.
        unfinished_text: text key for a client that is connected and in no queue.
    """

    name: str
    private = False
    listens = True
    settling = 0.0
    rest = 50
    way = 0
    queued_text = "backlog.in_queue"
    drops_text = "lab.drops"
    queue_alone = False
    unfinished_text = "backlog.unfinished"

    @property
    def overflows_text(self) -> str:
        return "lab.overflows_private" if self.private else "lab.overflows"

    @property
    def readings_text(self) -> str:
        """The text key, without `backlog.`, that says whose counters a result holds."""
        return f"measured_{self.name}" if self.private else "measured"

    def reset_text(self, view: ClientView) -> str:
        """The text key for a client that was reset after connect() had succeeded."""
        return "backlog.reset_later"

    # -- a run --------------------------------------------------------------------------------

    def listener(self, plain: EndpointSettings, clients: int, bound: float) -> EndpointSettings:
        """The listener's settings, from those of a plain one that does not accept.

        Args:
            plain: with the backlog that was asked for.
            clients: how many will connect.
            bound: seconds after which the run ends at the latest.
        """
        return plain

    def prepare(self, net: PrivateNet) -> None:
        """Set what a private mode needs in its network; also how it is tried out.

        Raises:
            Problem: it cannot be had on this system, and why.
        """

    def set_up(self, session: Session, server: str, family: Family) -> list[c.Command]:
        """The calls that make the listener."""
        return [c.Start(server)]

    def admission(self, stage: Stage) -> Admission:
        """How a run admits its clients."""
        return Admission(stage)

    def rejected(self, net: PrivateNet) -> int | None:
        """How many SYNs a firewall's rule has refused; None without a rule. Raises Problem."""
        return None

    # -- a result -----------------------------------------------------------------------------

    def reasons(self, result: Result) -> Iterator[Reason]:
        """Why clients were turned away, as far as this run's readings tell."""
        yield from why.silence(result, why.dropped(result))
        yield from self.refusals(result)

    def refusals(self, result: Result) -> Iterator[Reason]:
        """Why clients were refused, reset, or told to try again."""
        if result.refused:
            yield why.reason(f"why_refused_{self.name}", count=result.refused)
        if result.reset:
            yield why.reason("why_reset", count=result.reset)
        yield from why.again(result)
