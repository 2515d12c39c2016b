"""The place of the rules' editor, which is built when it is first opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout

from workbench.ui.style import icons
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.widgets.elided_label import ElidedLabel
from workbench.ui.widgets.late_part import OpenedPart
from workbench.viewmodel.known_values import NO_VALUES, KnownValues

if TYPE_CHECKING:
    from workbench.ui.endpoint.rules_editor import RulesEditor
    from workbench.ui.widgets.named_controls import NamedControls
    from workbench.viewmodel.rule_form import RuleDraft, TypedRule
    from workbench.viewmodel.rule_trial import TriedMessage


class RulesPlace(Retranslatable, OpenedPart["RulesEditor"]):
    """Holds the editor; until it is built it keeps the rules.

    Attributes:
        button: opens and folds it, and says how many there are; it is in another row.
        try_out: what the rules answer to a message.

    Signals:
        edited(), drafted(), submitted(), replaced(str, object): as for the editor.
    """

    edited = Signal()
    drafted = Signal()
    submitted = Signal()
    replaced = Signal(str, object)

    def __init__(self, controls: NamedControls) -> None:
        super().__init__(self._make)
        self._controls = controls
        self._kept: tuple[TypedRule, ...] = ()
        self._kept_draft: RuleDraft | None = None
        self._names: tuple[str, ...] = ()
        self._wanted = False
        self._sparing = False
        self._known = NO_VALUES
        self.try_out: Callable[[str, bool], tuple[TriedMessage, ...]] = lambda _text, _hex: ()
        self.button = controls.add(QToolButton(), "rules_open")
        self.button.setCheckable(True)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.toggled.connect(self._on_toggled)
        self._summary: ElidedLabel | None = None  # what they say on one line, while folded
        self._word_button()

    def _make(self) -> RulesEditor:
        from workbench.ui.endpoint.rules_editor import RulesEditor

        self._make_summary()
        editor = RulesEditor(self._controls)
        editor.know(self._known)
        editor.trial.begin(self.try_out)
        editor.show_typed(self._kept, self._kept_draft, self._names)
        editor.spare_height(self._sparing)
        editor.edited.connect(self._on_edited)
        editor.drafted.connect(self.drafted)
        editor.submitted.connect(self.submitted)
        editor.replaced.connect(self.replaced)
        self._controls.retranslate()
        return editor

    @property
    def rules(self) -> tuple[TypedRule, ...]:
        """The rules as they are typed."""
        return self._kept if self.built is None else tuple(self.built.table.lines.rules)

    @property
    def draft(self) -> RuleDraft | None:
        """What is in the fields and not in force."""
        return self._kept_draft if self.built is None else self.built.draft

    def show_typed(
        self, rules: Sequence[TypedRule], draft: RuleDraft | None, kept: Sequence[str] = ()
    ) -> None:
        """Show rules, and what is typed beside them, without emitting a signal.

        `kept`: the names of what connections have besides what these rules keep.
        """
        self._kept, self._kept_draft, self._names = tuple(rules), draft, tuple(kept)
        if self.built is not None:
            self.built.show_typed(rules, draft, kept)
        self._word_button()

    def take(self) -> None:
        """Put what is in the fields into force."""
        if self.built is not None:
            self.built.take()

    def offer(self, offered: bool) -> None:
        """Follow whether rules answer, or another kind of reply."""
        self._wanted = offered
        self.button.setVisible(offered)
        if not offered:
            self.button.setChecked(False)
        self._word_button()

    def spare_height(self, sparing: bool) -> None:
        """Take less height while the window is low."""
        self._sparing = sparing
        if self.built is not None:
            self.built.spare_height(sparing)
        self._word_button()

    def know(self, known: KnownValues) -> None:
        """Learn the values that a rule may name from now on."""
        self._known = known
        if self.built is not None:
            self.built.know(known)

    @Slot()
    def judge(self) -> None:
        """Judge the tried message again: where a message ends has changed."""
        if self.built is not None:
            self.built.trial.judge()

    def retranslate(self) -> None:
        self._word_button()

    def redraw(self) -> None:
        """The icon in the colours of the scheme."""
        self.button.setIcon(icons.icon("chevron-down") if self.button.isChecked() else QIcon())
        self._word_button()

    def _word_button(self) -> None:
        rules = self.rules
        self._controls.recaption(self.button, "rules_count", count=str(len(rules)))
        folded = self._wanted and not self.button.isChecked()
        if not self._wanted:
            if self._summary is not None:
                self._summary.hide()
            return
        from workbench.viewmodel.rule_form import in_words

        summary = self._make_summary()
        summary.setVisible(folded and bool(rules) and not self._sparing)
        summary.setText(in_words(rules))

    def _make_summary(self) -> ElidedLabel:
        """The line above the place, made when there are rules."""
        if self._summary is None:
            made = self._summary = self._controls.add(ElidedLabel(), "rules_summary")
            made.setTextFormat(Qt.TextFormat.PlainText)
            made.setProperty("muted", True)
            made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            around = self.parentWidget()
            column = around.layout() if around is not None else None
            assert isinstance(column, QVBoxLayout), "rules stand in the column of a panel"
            column.insertWidget(column.indexOf(self), made)
        return self._summary

    @Slot()
    def _on_edited(self) -> None:
        self._word_button()
        self.edited.emit()

    @Slot(bool)
    def _on_toggled(self, opened: bool) -> None:
        self.setVisible(opened)
        self.redraw()
