"""Mode kernel: the accept queue alone, and what this kernel does when it is full."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from workbench.labs import backlog_reasons as why
from workbench.labs.backlog_data import Result
from workbench.labs.backlog_reasons import Reason
from workbench.labs.modes.mode import LabMode


class _Kernel(LabMode):
    name = "kernel"
    queue_alone = True
    unfinished_text = "backlog.last_ack"

    def reasons(self, result: Result) -> Iterator[Reason]:
        yield from why.queue(result)
        yield from super().reasons(result)


KERNEL: Final = _Kernel()
