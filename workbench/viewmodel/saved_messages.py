"""Messages that were saved, in folders, and what was sent before; exchanged as JSON files."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, Protocol

from workbench.engine.model.tail import Append
from workbench.frozen import dataclass
from workbench.texts import Problem, reason_of
from workbench.viewmodel.payload_form import PayloadForm

_SAVED: Final = "saved_messages"
_HISTORY: Final = "sent_messages"
MOST: Final = 500
HISTORY: Final = 50
"""Messages that were sent and are remembered."""
LONGEST: Final = 20_000
"""Characters of a message that is kept; longer ones belong into a file."""


class MessageStore(Protocol):
    """Where lists of plain values are kept between runs."""

    def read_list(self, key: str) -> list[dict[str, Any]]:
        """What was kept under this key; empty where nothing was."""

    def write_list(self, key: str, items: list[dict[str, Any]]) -> None:
        """Keep these."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A message with its name; `folder` may be empty."""

    name: str
    folder: str
    draft: PayloadForm


class Messages:
    """The saved ones and the history; both are kept between runs."""

    def __init__(self, store: MessageStore) -> None:
        self._store = store

    @property
    def saved(self) -> list[Saved]:
        """In the order in which they were saved; the first nine have keys."""
        return [item for item in map(_saved, self._store.read_list(_SAVED)) if item]

    @property
    def history(self) -> list[PayloadForm]:
        """What was sent, the newest first, nothing twice."""
        return [item for item in map(draft_from, self._store.read_list(_HISTORY)) if item]

    def save(self, message: Saved) -> None:
        """Keep a message; one of the same folder and name is replaced."""
        place = (message.folder, message.name)
        kept = [item for item in self.saved if (item.folder, item.name) != place]
        self._write([*kept, message])

    def forget(self, message: Saved) -> None:
        self._write([item for item in self.saved if item != message])

    def sent(self, draft: PayloadForm) -> None:
        """Remember what was sent."""
        if not draft.typed or len(draft.typed) > LONGEST:
            return
        kept = [draft, *(item for item in self.history if item != draft)][:HISTORY]
        self._store.write_list(_HISTORY, [asdict(item) for item in kept])

    def write_file(self, path: Path) -> None:
        """All saved messages as JSON. Raises Problem where it cannot be written."""
        text = json.dumps([_plain(item) for item in self.saved], ensure_ascii=False, indent=2)
        try:
            path.write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            reason = reason_of(error)
            raise Problem("window.not_written", path=str(path), reason=reason) from error

    def read_file(self, path: Path) -> int:
        """Add the messages of a file; how many. Raises Problem where it holds none."""
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise Problem("saved.not_readable", path=str(path)) from error
        items = (
            [_saved(item) for item in found if isinstance(item, dict)]
            if isinstance(found, list)
            else []
        )
        good = [item for item in items if item is not None]
        if not good:
            raise Problem("saved.not_readable", path=str(path))
        for item in good:
            self.save(item)
        return len(good)

    def _write(self, items: list[Saved]) -> None:
        self._store.write_list(_SAVED, [_plain(item) for item in items[-MOST:]])


def _plain(item: Saved) -> dict[str, Any]:
    return {"name": item.name, "folder": item.folder, **asdict(item.draft)}


def _saved(raw: dict[str, Any]) -> Saved | None:
    draft = draft_from(raw)
    name, folder = raw.get("name"), raw.get("folder", "")
    if draft is None or not isinstance(name, str) or not isinstance(folder, str):
        return None
    return Saved(name, folder, draft)


def draft_from(raw: dict[str, Any]) -> PayloadForm | None:
    """A draft from JSON; None where something in it is not one's."""
    try:
        order = raw.get("order", "usual")
        return PayloadForm(
            typed=str(raw["typed"]),
            form=str(raw.get("form", "text")),
            encoding=str(raw.get("encoding", "utf-8")),
            escapes=bool(raw.get("escapes", True)),
            append=Append(raw.get("append", "nothing")),
            order=order if order in ("usual", "little", "big") else "usual",
            start=int(raw.get("start", 0)),
            last=int(raw["last"]) if raw.get("last") is not None else None,
            placeholders=bool(raw.get("placeholders", False)),
        )
    except (KeyError, ValueError, TypeError):
        return None
