"""IgnoredRows: which rows of a conversation the runs of its record ignored."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.engine.model.serialize import settings_from_json
from workbench.journal.schema import IGNORED, NO_ITEMS
from workbench.texts import Problem

if TYPE_CHECKING:
    from workbench.journal.reader import Reader, Row

Ignores = Callable[["Row"], bool]


class IgnoredRows:
    """Tells whether a row's endpoint ignores it; asked in the order in which `Topmost` returns
    rows.

    What an endpoint ignores is looked up with the first row of each connection: a run has it
    recorded before it opens one.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._of: dict[int, Ignores | None] = {}
        self._none = False

    def __call__(self, row: Row) -> bool:
        """Whether the row is ignored."""
        if row.connection is None or row.endpoint is None or self._none:
            return False
        if row.connection not in self._of:
            self._of[row.connection] = self._looked_up(row.endpoint)
        ignores = self._of[row.connection]
        if ignores is None:
            return False
        try:
            return ignores(row)
        except Problem:  # a stranger's pattern takes too long: none is tried any more
            self._none = True
            return False

    def _looked_up(self, name: str) -> Ignores | None:
        kept = self._reader.kept(IGNORED)
        if kept == NO_ITEMS:
            return None
        try:
            items = json.loads(kept)
            config = next(item.config for item in self._reader.endpoints() if item.name == name)
            settings = settings_from_json(config)
        except (ValueError, RecursionError, StopIteration):
            return None
        # imported with the first run that ignores something
        from workbench.scenario.ignored import ignored_in

        return ignored_in(items, settings)
