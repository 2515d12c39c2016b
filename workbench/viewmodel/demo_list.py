"""The demonstrations as lines of a list: what each shows, how long it takes, what it needs."""

from __future__ import annotations

from workbench.frozen import dataclass
from workbench.labs.demos import Demo
from workbench.texts import Problem, listed, tr


@dataclass(frozen=True, slots=True)
class DemoLine:
    """One demonstration in the current language.

    Attributes:
        name: as in `lab NAME`.
        topic: its heading.
        needs: what it needs beyond an ordinary system; "": nothing.
        hindrance: why it does not work here; None: it does.
    """

    name: str
    topic: str
    title: str
    shows: str
    takes: str
    needs: str
    hindrance: Problem | None

    @property
    def told(self) -> str:
        """What it needs, or why it does not work here."""
        if self.hindrance is not None:
            return tr("demos.not_here", reason=self.hindrance)
        return self.needs

    def has(self, words: str) -> bool:
        """Whether each of these words occurs somewhere in it."""
        parts = (self.name, self.topic, self.title, self.shows, self.takes, self.told)
        whole = "\n".join(parts).casefold()
        return all(word in whole for word in words.casefold().split())


def line_of(demo: Demo) -> DemoLine:
    """A demonstration in the current language; tries whether it works on this system."""
    seconds = demo.seconds
    return DemoLine(
        demo.name,
        tr(f"demos.topic_{demo.topic}"),
        demo.title,
        demo.shows,
        tr("demos.seconds", seconds=round(seconds, 1)) if seconds else tr("demos.moment"),
        listed(tr(f"demos.need_{need}") for need in demo.needs),
        demo.hindrance(),
    )
