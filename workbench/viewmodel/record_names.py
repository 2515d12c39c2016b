"""Names that a person gives to records, kept in the settings; the files stay as they are."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from workbench.viewmodel.saved_messages import MessageStore

_NAMED: Final = "record_names"
MOST: Final = 200
LONGEST: Final = 80


class RecordNames:
    """The names by the record's file; if there are very many, only the newest are kept."""

    def __init__(self, store: MessageStore) -> None:
        self._store = store

    def of(self, record: Path) -> str:
        """The name it was given, with its date; else that of its file."""
        given = self.given(record)
        return f"{given} ({record.stem})" if given else record.stem

    def given(self, record: Path) -> str:
        """The name alone; "": it has none."""
        return self._all().get(str(record), "")

    def name(self, record: Path, name: str) -> None:
        """Give it another name; "" removes the name."""
        kept = {path: text for path, text in self._all().items() if path != str(record)}
        name = " ".join(name.split())[:LONGEST]
        if name:
            kept[str(record)] = name
        self._store.write_list(
            _NAMED, [{"record": path, "name": text} for path, text in list(kept.items())[-MOST:]]
        )

    def _all(self) -> dict[str, str]:
        return {
            item["record"]: item["name"]
            for item in self._store.read_list(_NAMED)
            if isinstance(item.get("record"), str) and isinstance(item.get("name"), str)
        }
