"""The number of events of a record and its growth, in the words of the status bar."""

from __future__ import annotations

from workbench.named_tuple import NamedTuple
from workbench.texts import tr


class RecordCount(NamedTuple):
    """How many events a record has.

    Attributes:
        shown: in the log. recorded: in the record. rate: per second. lost: not recorded.
    """

    shown: int = 0
    recorded: int = 0
    rate: int = 0
    lost: int = 0

    @property
    def events_text(self) -> str:
        return tr("window.events_of", shown=f"{self.shown:,}", count=f"{self.recorded:,}")

    @property
    def rate_text(self) -> str:
        return tr("window.rate", count=f"{self.rate:,}")

    @property
    def lost_text(self) -> str:
        if self.lost:
            return tr("window.not_recorded", count=f"{self.lost:,}")
        return tr("window.lost", count=0)
