"""Mode firewall: a rule in front of the listener resets every SYN beyond the backlog (nft(8))."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from workbench.labs import backlog_reasons as why
from workbench.labs.backlog_data import Result
from workbench.labs.backlog_reasons import Reason
from workbench.labs.listener_address import port_of
from workbench.labs.modes.admission import Admission, Stage
from workbench.labs.modes.mode import LabMode
from workbench.labs.private_net import PrivateNet


class FirewalledListener(Admission):
    """Sets the rule once the listener's port is known, and records that."""

    def begin(self) -> None:
        stage = self._stage
        assert stage.net is not None
        port, most = port_of(stage.session.link(stage.server)), max(0, stage.backlog)
        stage.net.firewall(port, most)
        stage.session.note("firewall_set", f"{port}, {most}", stage.server)


class _Firewall(LabMode):
    name = "firewall"
    private = True
    way = 4

    def prepare(self, net: PrivateNet) -> None:
        net.firewall(1, 0)  # replaced once the port is known

    def admission(self, stage: Stage) -> Admission:
        return FirewalledListener(stage)

    def rejected(self, net: PrivateNet) -> int | None:
        return net.rejected()

    def refusals(self, result: Result) -> Iterator[Reason]:
        by_rule = min(result.refused, result.rejected or 0)
        if by_rule:
            yield why.reason(
                "why_refused_firewall",
                count=by_rule,
                rejected=result.rejected,
                peak=why.shown(result.queue_peak),
                limit=why.shown(result.queue_limit),
            )
        if result.refused - by_rule:
            yield why.reason("why_refused_kernel", count=result.refused - by_rule)
        if result.reset:
            yield why.reason("why_reset", count=result.reset)
        yield from why.again(result)


FIREWALL: Final = _Firewall()
