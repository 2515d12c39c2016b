"""Whom the actions of many clients hit: the chosen ones, or all that are open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox

from workbench.engine.model import commands as c
from workbench.engine.model.snapshot import ConnectionSnapshot
from workbench.texts import tr

ALL: Final = "all"
CHOSEN: Final = "chosen"


class SendScope(QComboBox):
    """Says so in sight: "all (6)", "chosen (3)", or the one by its number."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._open: list[ConnectionSnapshot] = []
        self._chosen: list[ConnectionSnapshot] = []

    def show_chosen(self, items: Sequence[ConnectionSnapshot], chosen: frozenset[int]) -> None:
        """`items`: all of the endpoint; `chosen`: numbers. Closed ones can be hit no more."""
        self._open = [item for item in items if item.closed_ns is None]
        self._chosen = [item for item in self._open if item.number in chosen]
        entries = [(ALL, tr("scope.all", count=len(self._open)))]
        if chosen:
            one = len(chosen) == 1
            words = (
                tr("scope.one", number=next(iter(chosen)))
                if one
                else tr("scope.chosen", count=len(chosen))
            )
            entries.append((CHOSEN, words))
        known = [(self.itemData(i), self.itemText(i)) for i in range(self.count())]
        if known == entries or self.view().isVisible():
            return
        kept = self.currentData()
        self.clear()
        for data, text in entries:
            self.addItem(text, data)
        self.setCurrentIndex(max(0, self.findData(kept)))

    @Slot()
    def follow(self, *, chosen: bool) -> None:
        """Rows were chosen, or none any more: that is who is meant."""
        self.setCurrentIndex(max(0, self.findData(CHOSEN)) if chosen else 0)

    @property
    def on_all(self) -> bool:
        return bool(self.currentData() != CHOSEN)

    def meant(self) -> list[ConnectionSnapshot]:
        """The open ones that are hit."""
        return list(self._open if self.on_all else self._chosen)

    def targets(self, hit: Sequence[ConnectionSnapshot]) -> list[c.Target]:
        """As commands name them: all of them at once, else one by one."""
        if self.on_all and len(hit) == len(self._open):
            return [c.ALL] if hit else []
        return [item.number for item in hit]
