"""Saved messages, kept in a file, and the history of what was sent, kept in the settings."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from workbench.engine.model.tail import Append
from workbench.texts import Problem
from workbench.viewmodel.payload_form import PayloadForm

if TYPE_CHECKING:
    from workbench.viewmodel.messages_file import Saved

_SAVED: Final = "saved_messages"
"""Where they were kept before there was a file."""
_HISTORY: Final = "sent_messages"
MOST: Final = 500
HISTORY: Final = 50
"""Messages that were sent and are remembered."""
LONGEST: Final = 20_000
"""Characters of a message that is kept; longer ones belong into a file."""


class MessageStore(Protocol):
    """Keeps lists of plain values between runs."""

    def read_list(self, key: str) -> list[dict[str, Any]]:
        """The list kept under this key; empty if there is none."""

    def write_list(self, key: str, items: list[dict[str, Any]]) -> None:
        """Keep this list."""


class Messages:
    """The saved messages and the history.

    Attributes:
        path: that of the file, which is read again whenever it has changed, since others may write
            it too.
        told: called once with what is wrong with it, which stays in `problem`.
    """

    def __init__(self, store: MessageStore, path: Path) -> None:
        self._store = store
        self.path = path
        self.told: Callable[[Problem], None] = lambda _problem: None
        self._known: list[Saved] = []
        self._known_of: object = None  # the file and the state of it that they come from
        self.problem: Problem | None = None
        self._watchers: list[Callable[[], None]] = []

    @property
    def saved(self) -> list[Saved]:
        """The messages in order; the first nine have keys. Empty if the file cannot be read."""
        self._look()
        return list(self._known)

    @property
    def history(self) -> list[PayloadForm]:
        """What was sent, the newest first, without repetitions."""
        return [item for item in map(draft_from, self._store.read_list(_HISTORY)) if item]

    def watch(self, watcher: Callable[[], None]) -> None:
        """Have a function called whenever they have been changed from here."""
        self._watchers.append(watcher)

    # -- changing -------------------------------------------------------------------------------

    def save(self, message: Saved) -> None:
        """Keep a message; one of the same folder and name is replaced, in its place.

        Raises:
            Problem: the file cannot be read or written; so with all that changes them.
        """
        found = self._to_change()
        place = next((n for n, item in enumerate(found) if _alike(item, message)), len(found))
        found[place : place + 1] = [message]
        self.replace_all(found)

    def forget(self, message: Saved) -> None:
        """Remove a message."""
        self.replace_all([item for item in self._to_change() if item != message])

    def change(self, message: Saved, wanted: Saved) -> None:
        """Replace a saved message by another one.

        Raises:
            Problem: also if its name is taken.
        """
        found = self._to_change()
        if any(_alike(item, wanted) for item in found if item != message):
            raise Problem("saved.name_taken", name=wanted.full_name)
        self.replace_all([wanted if item == message else item for item in found])

    def move(self, message: Saved, by: int) -> None:
        """Move a message that many positions further down."""
        found = self._to_change()
        if message in found:
            place = found.index(message)
            found.insert(max(0, min(len(found) - 1, place + by)), found.pop(place))
            self.replace_all(found)

    def replace_all(self, messages: list[Saved]) -> None:
        """Keep these and no others."""
        from workbench.viewmodel import messages_file  # imported late: no start needs it

        messages_file.write(self.path, messages[-MOST:])
        for watcher in self._watchers:
            watcher()

    def sent(self, draft: PayloadForm) -> None:
        """Remember what was sent."""
        if not draft.typed or len(draft.typed) > LONGEST:
            return
        kept = [draft, *(item for item in self.history if item != draft)][:HISTORY]
        self._store.write_list(_HISTORY, [asdict(item) for item in kept])

    # -- files ----------------------------------------------------------------------------------

    def open(self, path: Path) -> None:
        """Use another file from now on. Raises Problem: it contains no messages."""
        from workbench.viewmodel import messages_file  # imported late: no start needs it

        messages_file.parsed(messages_file.read(path))
        self.path = path
        for watcher in self._watchers:
            watcher()

    def save_as(self, path: Path) -> None:
        """Save the messages in another file, which is used from now on."""
        from workbench.viewmodel import messages_file  # imported late: no start needs it

        messages_file.write(path, self.saved)
        self.path = path
        for watcher in self._watchers:
            watcher()

    def add(self, messages: list[Saved]) -> None:
        """Add these after the others; one whose name is taken gets a number.

        Raises:
            Problem: there would be too many.
        """
        found = self._to_change()
        for item in messages:
            taken = {known.full_name for known in found}
            named = (replace(item, name=name) for name in _names(item.name))
            found.append(next(one for one in named if one.full_name not in taken))
        if len(found) > MOST:
            raise Problem("saved.too_many", most=MOST)
        self.replace_all(found)

    # -- the file -------------------------------------------------------------------------------

    def _to_change(self) -> list[Saved]:
        """The messages as they are now. Raises Problem: the file cannot be read, so it is not
        overwritten.
        """
        self._look()
        if self.problem is not None:
            raise self.problem
        return list(self._known)

    def _look(self) -> None:
        stat = None
        with suppress(OSError):
            stat = self.path.stat()
        state = (self.path, stat and (stat.st_mtime_ns, stat.st_size, stat.st_ino))
        if state == self._known_of:
            return
        self._known_of, self.problem = state, None
        self._known = []
        if stat is None:
            self._take_over()
            return
        from workbench.viewmodel import messages_file  # imported late: no start needs it

        try:
            self._known = messages_file.parsed(messages_file.read(self.path))
        except Problem as problem:
            text = problem if problem.key == "saved.not_read" else None
            self.problem = text or Problem("saved.not_read", path=str(self.path), reason=problem)
            self.told(self.problem)

    def _take_over(self) -> None:
        """Take over, once, the messages that were in the settings."""
        items = [item for item in map(_saved, self._store.read_list(_SAVED)) if item]
        if not items:
            return
        from workbench.viewmodel import messages_file  # imported late: no start needs it

        self._known = items
        with suppress(Problem):
            messages_file.write(self.path, items)
            self._store.write_list(_SAVED, [])


def _alike(one: Saved, other: Saved) -> bool:
    return (one.folder, one.name) == (other.folder, other.name)


def _names(name: str) -> list[str]:
    return [name, *(f"{name} ({number})" for number in range(2, MOST + 2))]


def messages_in_json(text: str) -> list[Any]:
    """The contents of a JSON file, if it is a list. Raises Problem."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Problem("saved.no_messages") from error
    if not isinstance(found, list):
        raise Problem("saved.no_messages")
    return found


def from_settings(items: list[Any]) -> tuple[list[Saved], int]:
    """Messages as they were exported before there was a file, and how many entries are not
    messages.
    """
    made = [_saved(item) if isinstance(item, dict) else None for item in items]
    return [item for item in made if item is not None], made.count(None)


def _saved(raw: dict[str, Any]) -> Saved | None:
    draft = draft_from(raw)
    name, folder = raw.get("name"), raw.get("folder", "")
    if draft is None or not isinstance(name, str) or not isinstance(folder, str):
        return None
    from workbench.viewmodel.messages_file import Saved  # imported late: no start needs it

    return Saved(name, folder, draft)


def draft_from(raw: dict[str, Any]) -> PayloadForm | None:
    """A draft from JSON; None: something in it does not belong to one."""
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
