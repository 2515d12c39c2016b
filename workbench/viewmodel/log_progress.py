"""The progress of a search through the record, and its words."""

from __future__ import annotations

from workbench.frozen import dataclass
from workbench.viewmodel.message import Message, msg


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the scan for the rows to be shown has come.

    Attributes:
        looked_at, of: rows. found: of those, what is shown.
        stopped: by a person; the rest is not looked at.
    """

    looked_at: int
    of: int
    found: int
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Searching:
    """How far the search for the next row with a text has got, in rows."""

    looked_at: int
    of: int


def progress_told(progress: Progress) -> tuple[Message, float, str]:
    """The sentence, the fraction from 0 to 1, and the key of what the button does."""
    key = "log.looking_stopped" if progress.stopped else "log.looking"
    sentence = msg(
        key,
        done=f"{progress.looked_at:,}",
        of=f"{progress.of:,}",
        found=f"{progress.found:,}",
    )
    button = "log.go_on" if progress.stopped else "log.stop"
    return sentence, _share(progress.looked_at, progress.of), button


def searching_told(searching: Searching, text: str) -> tuple[Message, float, str]:
    """The progress of a search for a text, in words."""
    done, of = f"{searching.looked_at:,}", f"{searching.of:,}"
    sentence = msg("log.searching", text=text, done=done, of=of)
    return sentence, _share(searching.looked_at, searching.of), "log.stop"


def _share(done: int, of: int) -> float:
    return min(1.0, done / of) if of else 1.0
