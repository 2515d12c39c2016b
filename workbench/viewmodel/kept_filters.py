"""Filters of the log that were used or named, kept between runs."""

from __future__ import annotations

from typing import Final

from workbench.viewmodel.saved_messages import MessageStore

_USED: Final = "used_filters"
_NAMED: Final = "named_filters"
HISTORY: Final = 20
NAMED: Final = 200
LONGEST: Final = 2_000
"""Characters of a filter that is kept."""


class KeptFilters:
    """The used filters, the newest first, and the named ones in alphabetical order."""

    def __init__(self, store: MessageStore) -> None:
        self._store = store

    @property
    def history(self) -> list[str]:
        found = (item.get("filter") for item in self._store.read_list(_USED))
        return [text for text in found if isinstance(text, str)][:HISTORY]

    @property
    def named(self) -> dict[str, str]:
        """The named filters, by name."""
        found = {
            item["name"]: item["filter"]
            for item in self._store.read_list(_NAMED)
            if isinstance(item.get("name"), str) and isinstance(item.get("filter"), str)
        }
        return dict(sorted(found.items(), key=lambda pair: pair[0].casefold()))

    def use(self, text: str) -> None:
        """Remember a filter that was used."""
        text = text.strip()
        if not text or len(text) > LONGEST:
            return
        kept = [text, *(old for old in self.history if old != text)][:HISTORY]
        self._store.write_list(_USED, [{"filter": item} for item in kept])

    def forget_history(self) -> None:
        """Forget which filters were used."""
        self._store.write_list(_USED, [])

    def name(self, name: str, text: str) -> None:
        """Keep a filter under a name; one of the same name is replaced."""
        self._write({**self.named, name.strip(): text.strip()})

    def forget(self, name: str) -> None:
        self._write({each: text for each, text in self.named.items() if each != name})

    def _write(self, named: dict[str, str]) -> None:
        items = list(named.items())[:NAMED]
        self._store.write_list(_NAMED, [{"name": name, "filter": text} for name, text in items])
