"""Where the rules of a server are edited: built when they are first opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QToolButton

from workbench.ui.style import theme
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.widgets.late_part import LatePart
from workbench.viewmodel.known_values import NO_VALUES, KnownValues

if TYPE_CHECKING:
    from workbench.ui.endpoint.rules_editor import RulesEditor
    from workbench.ui.widgets.named_controls import NamedControls
    from workbench.viewmodel.rule_form import TypedRule
    from workbench.viewmodel.rule_trial import TriedMessage


class RulesPlace(Retranslatable, LatePart["RulesEditor"]):
    """The place of the editor; until it is there it keeps the rules.

    Attributes:
        button: opens and folds it, and says how many there are; stands in another row.
        try_out: what the rules answer to a message.

    Signals:
        edited(), submitted(), removed(object): as of the editor.
    """

    edited = Signal()
    submitted = Signal()
    removed = Signal(object)

    def __init__(self, controls: NamedControls) -> None:
        super().__init__(self._make)
        self._controls = controls
        self._kept: tuple[TypedRule, ...] = ()
        self._known = NO_VALUES
        self.try_out: Callable[[str, bool], tuple[TriedMessage, ...]] = lambda _text, _hex: ()
        self.button = controls.add(QToolButton(), "rules_open")
        self.button.setCheckable(True)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.toggled.connect(self._on_toggled)
        self._word_button()

    def _make(self) -> RulesEditor:
        from workbench.ui.endpoint.rules_editor import RulesEditor

        editor = RulesEditor(self._controls)
        editor.know(self._known)
        editor.trial.begin(self.try_out)
        editor.show_typed(self._kept)
        editor.edited.connect(self._on_edited)
        editor.submitted.connect(self.submitted)
        editor.removed.connect(self.removed)
        self._controls.retranslate()
        return editor

    @property
    def rules(self) -> tuple[TypedRule, ...]:
        """As they are typed."""
        return self._kept if self.built is None else tuple(self.built.table.lines.rules)

    def show_typed(self, rules: Sequence[TypedRule]) -> None:
        """Show rules without telling anyone."""
        self._kept = tuple(rules)
        if self.built is not None:
            self.built.show_typed(rules)
        self._word_button()

    def know(self, known: KnownValues) -> None:
        """The values that a rule may name from now on."""
        self._known = known
        if self.built is not None:
            self.built.know(known)

    @Slot()
    def judge(self) -> None:
        """Where a message ends has changed: what is tried out may say something else."""
        if self.built is not None:
            self.built.trial.judge()

    def retranslate(self) -> None:
        self._word_button()

    def redraw(self) -> None:
        """The icon in the colours of the scheme."""
        self.button.setIcon(theme.icon("chevron-down") if self.button.isChecked() else QIcon())
        self._word_button()

    def _word_button(self) -> None:
        self._controls.recaption(self.button, "rules_count", count=str(len(self.rules)))

    @Slot()
    def _on_edited(self) -> None:
        self._word_button()
        self.edited.emit()

    @Slot(bool)
    def _on_toggled(self, opened: bool) -> None:
        self.setVisible(opened)
        self.redraw()
