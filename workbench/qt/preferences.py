"""Preferences: what the window remembers between runs. The only module that uses QSettings."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSettings

from workbench.engine.model.events import DEFAULT_CAPTURE
from workbench.journal.keep import OFFERED, Keep
from workbench.journal.keep import parse as parse_keep
from workbench.texts import LANGUAGES, Problem
from workbench.viewmodel.conversation_text import TIMES

SCALES: Final = (80, 90, 100, 110, 125, 150, 175, 200, 250)
"""Per cent; what A- and A+ step through."""


class Preferences:
    """Typed access to one INI file in the user's configuration folder; bad values are defaults.

    Attributes:
        damaged: what to report if the file could not be read: it is kept under another name, since
            the next change overwrites it. None: it could be read.
    """

    def __init__(self) -> None:
        self._store = QSettings(
            QSettings.Format.IniFormat, QSettings.Scope.UserScope, "socket-workbench", "window"
        )

        self.damaged = self._put_aside(Path(self.path))

    def _put_aside(self, path: Path) -> Problem | None:
        try:
            data = path.read_bytes()
            unread = self._store.status() == QSettings.Status.FormatError
            if not data.strip() or (any(self._store.allKeys()) and not unread):
                return None
            names = (path.with_name(f"{path.stem}.aside-{n}.ini") for n in itertools.count(1))
            kept = next(name for name in names if not name.exists())
            kept.write_bytes(data)
        except OSError:
            return None  # there is no file, or none that anybody can read
        self._store.clear()
        return Problem("workspace.damaged", path=str(kept))

    @property
    def path(self) -> str:
        """Path of the file."""
        return self._store.fileName()

    def _text(self, key: str, default: str = "") -> str:
        value = self._store.value(key, default)
        return value if isinstance(value, str) else default

    def _number(self, key: str, default: int) -> int:
        try:
            return int(self._text(key, str(default)))
        except ValueError:
            return default

    @property
    def scale(self) -> int:
        """The text size in per cent."""
        return min(SCALES, key=lambda known: abs(known - self._number("scale", 100)))

    @scale.setter
    def scale(self, value: int) -> None:
        self._store.setValue("scale", str(value))

    @property
    def scheme(self) -> str:
        """One of "system", "light" or "dark"."""
        found = self._text("scheme", "system")
        return found if found in ("light", "dark") else "system"

    @scheme.setter
    def scheme(self, value: str) -> None:
        self._store.setValue("scheme", value)

    @property
    def language(self) -> str | None:
        """One of LANGUAGES, or None: the system's."""
        found = self._text("language")
        return found if found in LANGUAGES else None

    @language.setter
    def language(self, value: str | None) -> None:
        self._store.setValue("language", value or "")

    @property
    def first_steps_done(self) -> bool:
        """Whether the strip of the first start was dismissed."""
        return self._text("first_steps_done") == "yes"

    @first_steps_done.setter
    def first_steps_done(self, value: bool) -> None:
        self._store.setValue("first_steps_done", "yes" if value else "")

    @property
    def every_byte(self) -> bool:
        """Whether records keep whole payloads, not the first 4 KiB of each call."""
        return self._text("every_byte") == "yes"

    @every_byte.setter
    def every_byte(self, value: bool) -> None:
        self._store.setValue("every_byte", "yes" if value else "")

    @property
    def kept(self) -> str:
        """How much of a record is kept, as `--keep` takes it; empty: all."""
        kept = self._text("kept")
        return kept if kept in OFFERED else ""

    @kept.setter
    def kept(self, value: str) -> None:
        self._store.setValue("kept", value)

    @property
    def keep(self) -> Keep | None:
        """How much of a record is kept, as Session takes it."""
        return parse_keep(self.kept) if self.kept else None

    @property
    def hide_closed(self) -> bool:
        """Whether the tables leave closed connections out."""
        return self._text("hide_closed") == "yes"

    @hide_closed.setter
    def hide_closed(self, value: bool) -> None:
        self._store.setValue("hide_closed", "yes" if value else "")

    @property
    def enter_sends(self) -> bool:
        """Whether Enter in an editor sends; otherwise it breaks the line."""
        return self._text("enter_sends") == "yes"

    @enter_sends.setter
    def enter_sends(self, value: bool) -> None:
        self._store.setValue("enter_sends", "yes" if value else "")

    @property
    def messages_file(self) -> str:
        """Path of the file of saved messages."""
        usual = Path(self.path).with_name("messages.toml")
        return self._text("messages_file") or str(usual)

    @messages_file.setter
    def messages_file(self, value: str) -> None:
        self._store.setValue("messages_file", value)

    @property
    def values_file(self) -> str:
        """The file whose values are in force; "": there is none."""
        return self._text("values_file")

    @values_file.setter
    def values_file(self, value: str) -> None:
        self._store.setValue("values_file", value)

    @property
    def messages_shown(self) -> bool:
        """Whether the list of messages is shown beside the panels."""
        return self._text("messages_shown") == "yes"

    @messages_shown.setter
    def messages_shown(self, value: bool) -> None:
        self._store.setValue("messages_shown", "yes" if value else "")

    @property
    def capture(self) -> int | None:
        """How many bytes of each payload are kept, as Session takes it."""
        return None if self.every_byte else DEFAULT_CAPTURE

    @property
    def crash_seen(self) -> str:
        """The name of the record whose crash was already reported."""
        return self._text("crash_seen")

    @crash_seen.setter
    def crash_seen(self, value: str) -> None:
        self._store.setValue("crash_seen", value)

    @property
    def time_form(self) -> str:
        """How the log shows times: "clock", "utc", "start" or "previous"."""
        return self._text("time_form", "clock")

    @time_form.setter
    def time_form(self, value: str) -> None:
        self._store.setValue("time_form", value)

    @property
    def talk_breaks(self) -> bool:
        """Whether conversations show line feeds as line breaks."""
        return self._text("talk_breaks") == "yes"

    @talk_breaks.setter
    def talk_breaks(self, value: bool) -> None:
        self._store.setValue("talk_breaks", "yes" if value else "")

    @property
    def talk_times(self) -> str:
        """How conversations show times: one of conversation_text.TIMES."""
        found = self._text("talk_times", TIMES[0])
        return found if found in TIMES else TIMES[0]

    @talk_times.setter
    def talk_times(self, value: str) -> None:
        self._store.setValue("talk_times", value)

    @property
    def recent_set_ups(self) -> tuple[str, ...]:
        """Files of set-ups, the newest first."""
        try:
            found = json.loads(self._text("recent_set_ups", "[]"))
        except ValueError:
            return ()
        return tuple(name for name in found if isinstance(name, str)) if found else ()

    def remember_set_up(self, name: str, most: int) -> None:
        """Put a set-up's file first among the recent ones."""
        names = [name, *(known for known in self.recent_set_ups if known != name)]
        self._store.setValue("recent_set_ups", json.dumps(names[:most]))

    def read_list(self, key: str) -> list[dict[str, object]]:
        """A list of JSON objects; empty if it is missing or broken."""
        try:
            found = json.loads(self._text(key, "[]"))
        except ValueError:
            return []
        return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []

    def write_list(self, key: str, items: list[dict[str, object]]) -> None:
        self._store.setValue(key, json.dumps(items, ensure_ascii=True))
