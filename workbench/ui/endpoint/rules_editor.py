"""Rules of a server: a list, and the fields of the chosen rule; opened inside the panel.

What is typed is a draft: it takes effect with Enter, with Apply (captioned Add for a new rule), or
when the form is left. New detaches the fields from the chosen rule: they begin another one.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workbench.engine.model.responders.reply import Then
from workbench.engine.model.responders.rule import Match
from workbench.payload import notation
from workbench.texts import tr
from workbench.ui.endpoint.group_chips import GroupChips
from workbench.ui.endpoint.rules_table import RuleTable
from workbench.ui.endpoint.rules_try import RuleTrial
from workbench.ui.endpoint.template_field import TemplateField
from workbench.ui.style import theme
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.named_controls import (
    ChoiceBox,
    NamedControls,
    TextField,
    group,
    tone,
)
from workbench.ui.widgets.reserved_label import ReservedLabel
from workbench.ui.widgets.undo_key import is_for_the_window
from workbench.viewmodel.completion import NOTHING, Completion, complete
from workbench.viewmodel.known_values import NO_VALUES, KnownValues
from workbench.viewmodel.message import msg
from workbench.viewmodel.rule_form import (
    EXAMPLE,
    RuleDraft,
    TypedRule,
    fault,
    groups_of,
    kept_by,
    named,
)
from workbench.viewmodel.rule_trial import unknown_in

TROUBLE_LINES: Final = 2
NOTHING_YET: Final = -2
MORE_EXAMPLE: Final = "times = 2"
"""As a scenario has it, in any language."""


class RulesEditor(Retranslatable, QFrame):
    """A folded part of a server's panel.

    Attributes:
        table: the list. trial: tries the rules out.
        groups: what the chosen rule takes and its reply may name.

    Signals:
        edited(): the rules have changed.
        drafted(): the fields have changed, but that is not in force yet.
        submitted(): Enter was pressed in a field that is in force.
        replaced(str, object): a person has changed the list: how (of `undo.KEY`), and what puts the
            former one back.
    """

    edited = Signal()
    drafted = Signal()
    replaced = Signal(str, object)
    submitted = Signal()

    def __init__(self, controls: NamedControls) -> None:
        super().__init__()
        self._controls = controls
        self._filling = False
        self._known = NO_VALUES
        self._row = NOTHING_YET  # the rule whose fields are shown; -1: a new one, not on the list
        self._left = 0  # the row that was chosen before a new rule was begun
        self._filled = EXAMPLE  # what the fields were filled with
        self.setProperty("more", True)
        self.table = controls.add(RuleTable(), "rules")
        self._add_fields(controls)
        self._add_buttons(controls)
        self.trouble = controls.add(ReservedLabel(TROUBLE_LINES), "rules_trouble")
        self.groups = GroupChips(controls)
        self.trial = RuleTrial(controls)
        self._lay_out(controls)
        self._wire()
        self._on_chosen()
        self.retranslate()

    def _add_buttons(self, controls: NamedControls) -> None:
        self.apply = controls.add(QPushButton(), "rules_apply")
        self.revert = controls.add(QPushButton(), "rules_revert")
        self.new = controls.add(QPushButton(), "rules_new")
        self.remove = controls.add(QPushButton(), "rules_remove")
        self.up = controls.add(QPushButton(), "rules_up")
        self.down = controls.add(QPushButton(), "rules_down")

    def _add_fields(self, controls: NamedControls) -> None:
        self.match = controls.add(
            ChoiceBox(*((kind.value, f"match.{kind.value}") for kind in Match)), "rules_match"
        )
        self.value = controls.add(TemplateField(), "rules_value")
        self.reply = controls.add(TemplateField(), "rules_reply")
        self.encoding = controls.add(
            ChoiceBox(*((name, f"encoding.{name}") for name in notation.ENCODINGS)),
            "rules_encoding",
        )
        self.delay = controls.add(TextField("0", width=4), "rules_delay")
        self.then = controls.add(
            ChoiceBox(*((kind.value, f"then.{kind.value}") for kind in Then)), "rules_then"
        )
        self.more = controls.add(TextField(), "rules_more")
        self.value.complete = self._complete_value
        self.reply.complete = self._complete_reply
        self.more.setPlaceholderText(MORE_EXAMPLE)
        for field in (self.value, self.reply, self.more):
            field.setMinimumWidth(110)

    def _lay_out(self, controls: NamedControls) -> None:
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP, theme.NEAR, theme.GAP, theme.NEAR)
        column.setSpacing(theme.NEAR)
        column.addWidget(self.table)
        caption = controls.caption
        for widgets in (
            (
                group(caption("rules_match", self.match), self.match, self.value),
                group(caption("rules_reply", self.reply), self.reply),
            ),
            (
                self.encoding,
                group(caption("rules_delay", self.delay), self.delay),
                group(caption("rules_then", self.then), self.then),
                group(caption("rules_more", self.more), self.more),
            ),
            (
                self.groups,
                group(self.apply, self.revert),
                group(self.new, self.remove, self.up, self.down),
            ),
        ):
            row = FlowLayout()
            for widget in widgets:
                row.addWidget(widget)
            column.addLayout(row)
        column.addWidget(self.trial)
        column.addWidget(self.trouble)  # with room for its text, so that nothing below it moves

    def _wire(self) -> None:
        self.table.chosen.connect(self._on_chosen)
        self.groups.wanted.connect(self._on_group)
        self.table.unwanted.connect(self._on_remove)
        self.apply.clicked.connect(self._on_apply)
        self.revert.clicked.connect(self._on_revert)
        self.new.clicked.connect(self._on_new)
        self.remove.clicked.connect(self._on_remove)
        self.up.clicked.connect(lambda: self._move(-1))
        self.down.clicked.connect(lambda: self._move(1))
        for box in (self.match, self.encoding, self.then):
            box.activated.connect(self._on_typed)
            box.installEventFilter(self)
        for field in (self.value, self.reply, self.delay, self.more):
            field.textEdited.connect(self._on_typed)
            field.editingFinished.connect(self._on_settled)
            field.returnPressed.connect(self._on_enter)
            field.installEventFilter(self)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._on_focus)

    # -- what it holds --------------------------------------------------------------------------

    def show_typed(
        self, rules: Sequence[TypedRule], draft: RuleDraft | None, kept: Sequence[str] = ()
    ) -> None:
        """Show rules, and what is typed beside them, without emitting a signal."""
        self.table.lines.kept = tuple(kept)
        if self.table.lines.rules == list(rules) and draft == self.draft:
            return
        row = self.table.row if draft is None or draft.row is None else draft.row
        self._show(list(rules), max(0, row))
        if draft is not None:
            if draft.row is None:
                self._begin()
            self._fill(draft.typed)
            self._judge()

    @property
    def draft(self) -> RuleDraft | None:
        """What is in the fields and not in force; None: everything there is in force."""
        typed = self._typed()
        if typed == self._filled:
            return None
        return RuleDraft(self._row if self._row >= 0 else None, typed)

    @property
    def count(self) -> int:
        return len(self.table.lines.rules)

    def _show(self, rules: list[TypedRule], row: int) -> None:
        self.table.lines.show_rules(rules)
        self._row = NOTHING_YET
        if rules:
            self.table.selectRow(min(row, len(rules) - 1))
        self._on_chosen()

    # -- what a person does ---------------------------------------------------------------------

    @property
    def _is_new(self) -> bool:
        """Whether the fields hold a rule that is not on the list yet."""
        return self._row < 0

    @property
    def _can_drop(self) -> bool:
        """Whether the fields hold something that Drop or Esc would drop."""
        return self.draft is not None or (self._is_new and self.count > 0)

    @Slot()
    def _on_new(self) -> None:
        """Begin another rule with what is in the fields; leave the chosen one as it is."""
        self._begin()
        self._judge()
        self.drafted.emit()
        self.value.setFocus()
        self.value.selectAll()

    def _begin(self) -> None:
        self._left, self._row = max(0, self._row), -1
        self.table.clearSelection()

    @Slot()
    def _on_apply(self) -> None:
        if self._is_new:
            self._add()
            self.new.setFocus()
        else:
            self.take()

    def _add(self) -> None:
        """Add a rule as the fields say, whether they were touched or not."""
        rules = self.table.lines.rules
        self._change("rule_added", [*rules, self._typed()], len(rules))

    @Slot()
    def take(self) -> None:
        """Put what is in the fields into force, if it can be understood."""
        draft = self.draft
        if draft is None:
            return
        rules = tuple(self.table.lines.rules)
        made = draft.put_in(rules)
        row = len(rules) if draft.row is None else draft.row
        places = [(field, field.cursorPosition()) for field in self._fields]
        self._change("rule_added" if draft.row is None else "rule_changed", list(made), row)
        for field, place in places:
            field.setCursorPosition(place)

    @property
    def _fields(self) -> tuple[TextField, ...]:
        return self.value, self.reply, self.delay, self.more

    @Slot()
    def _on_revert(self) -> None:
        """Show again what is in force; drop a new rule."""
        self._row = NOTHING_YET
        if self.count and self.table.row < 0:
            self.table.selectRow(min(self._left, self.count - 1))
        self._on_chosen()
        self.drafted.emit()

    def _change(self, key: str, rules: list[TypedRule], row: int) -> None:
        """Put another list into force."""
        before, chosen = list(self.table.lines.rules), self.table.row
        self._show(rules, row)
        self.edited.emit()
        self.replaced.emit(key, partial(self._put_back, before, chosen))

    def _put_back(self, rules: list[TypedRule], row: int) -> None:
        self._show(rules, max(0, row))
        self.edited.emit()

    @Slot()
    def _on_enter(self) -> None:
        """Put what was typed into force; if nothing was typed, Enter acts as elsewhere."""
        if self.draft is not None:
            self.take()
        elif self._is_new:
            self._add()
        else:
            self.submitted.emit()

    @Slot()
    def _on_settled(self) -> None:
        """A field is left: for another one of the same rule, or for good; or a key acts."""
        now = QApplication.focusWidget()
        if now is None or now is self.sender() or not self.isAncestorOf(now):
            self.take()

    @Slot(QWidget, QWidget)
    def _on_focus(self, old: QWidget | None, new: QWidget | None) -> None:
        """React when the form is left, though not for another window or a list that opens."""
        if old is None or new is None or new.window() is not self.window():
            return
        if self.isAncestorOf(old) and not self.isAncestorOf(new):
            self.take()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let Esc drop what is not in force, and leave Ctrl+Z to the window if the field has
        nothing to undo.
        """
        if isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape and self._can_drop:
                event.accept()
                if event.type() == QEvent.Type.KeyPress:
                    self._on_revert()
                return True
            undoable = isinstance(watched, QLineEdit) and watched.isUndoAvailable()
            if is_for_the_window(event, undoable=undoable):
                event.ignore()
                return True
        return super().eventFilter(watched, event)

    @Slot()
    def _on_remove(self) -> None:
        row, rules = self.table.row, self.table.lines.rules
        if row >= 0:
            self._change("rule", rules[:row] + rules[row + 1 :], row)

    def _move(self, by: int) -> None:
        self.take()
        row, rules = self.table.row, list(self.table.lines.rules)
        if row >= 0 and 0 <= row + by < len(rules):
            rules[row], rules[row + by] = rules[row + by], rules[row]
            self._change("rule_moved", rules, row + by)

    @Slot()
    def _on_typed(self) -> None:
        """Judge the rule of a changed field at once; it takes effect later."""
        if not self._filling:
            self._judge()
            self.drafted.emit()

    def _typed(self) -> TypedRule:
        """The rule in the fields, whether it is on the list yet or not."""
        return TypedRule(
            self.match.value(),
            self.value.text(),
            self.reply.text(),
            self.encoding.value(),
            self.delay.text(),
            self.then.value(),
            self.more.text(),
        )

    @Slot(str)
    def _on_group(self, name: str) -> None:
        """Insert what the pattern took at the cursor's position in the reply."""
        self.reply.insert(f"{{{name}}}")
        self.reply.setFocus()
        self._on_typed()

    @Slot()
    def _on_chosen(self) -> None:
        """Show the chosen rule in the fields; without one, they hold a new rule."""
        row = self.table.row
        rule = self.table.lines.rules[row] if row >= 0 else None
        if row != self._row:
            self._leave(row)
            self._row = row
            self._fill(rule or EXAMPLE)
            self._filled = self._typed()
        none = msg("why.no_rule") if rule is None else None
        self._controls.enable(self.remove, none)
        self._controls.enable(self.up, none or (msg("why.first_rule") if row == 0 else None))
        self._controls.enable(
            self.down, none or (msg("why.last_rule") if row == self.count - 1 else None)
        )
        self._judge()

    def _leave(self, row: int) -> None:
        """Put what was typed for the previous rule into force, since another one is chosen."""
        draft = self.draft
        if draft is None or self._row == NOTHING_YET:
            return
        before = list(self.table.lines.rules)
        self._filled = draft.typed
        if draft.row is None:
            self.table.lines.add(draft.typed)
        else:
            self.table.lines.change(draft.row, draft.typed)
        self.edited.emit()
        key = "rule_added" if draft.row is None else "rule_changed"
        self.replaced.emit(key, partial(self._put_back, before, row))

    def _fill(self, rule: TypedRule) -> None:
        """Show a rule in the fields."""
        self._filling = True
        self.match.choose(rule.match)
        if self.encoding.findData(rule.encoding) < 0:  # a scenario may name any encoding
            self.encoding.offer(
                [
                    *((name, f"encoding.{name}") for name in notation.ENCODINGS),
                    (rule.encoding, None),
                ]
            )
        self.encoding.choose(rule.encoding)
        self.then.choose(rule.then)
        for field, text in (
            (self.value, rule.value),
            (self.reply, rule.reply),
            (self.delay, rule.delay),
            (self.more, rule.more),
        ):
            field.setText(text)
            field.setCursorPosition(0)
        self._filling = False

    # -- showing --------------------------------------------------------------------------------

    def _judge(self) -> None:
        """Mark the field that cannot be understood, and say why."""
        typed = self._typed()
        wrong = fault(named(typed, self._known), self._kept(typed))
        self._controls.enable(
            self.value, msg("why.rule_fits_anything") if typed.match == Match.ANY else None
        )
        for name, field in (
            ("value", self.value),
            ("reply", self.reply),
            ("delay", self.delay),
            ("more", self.more),
        ):
            tone(field, "bad" if wrong is not None and wrong[0] == name else "")
        self.groups.show_names(groups_of(typed))
        new, pending = self._is_new, self._can_drop
        no_draft = msg("why.no_draft")
        self._controls.recaption(self.apply, "rules_add" if new else "rules_apply")
        self._controls.enable(self.apply, None if new or pending else no_draft)
        self._controls.enable(self.revert, None if pending else no_draft)
        self._controls.enable(self.new, msg("why.new_rule") if new else None)
        tone(self.trouble, "bad" if wrong is not None else "busy" if pending else "")
        said = self._unknown(typed)
        if wrong is not None:  # whether it is on the list or not
            said = [tr("rules.not_in_force", reason=wrong[1].text)]
        elif pending:
            said.insert(0, tr("rules.draft_new" if new else "rules.draft"))
        elif not self.count:
            said.append(tr("rules.none"))
        elif broken := self._broken():
            said.append(tr("rules.blocked", number=broken))
        self.trouble.setText("\n".join(said))
        self.trial.judge()

    def _unknown(self, typed: TypedRule) -> list[str]:
        """The problem of each name in the reply that nothing takes."""
        return [
            tr(
                "rules.unknown" if gap.near else "rules.unnamed",
                name=f"{{{gap.word}}}",
                near=f"{{{gap.near}}}",
            )
            for gap in unknown_in(typed, self._known, self._kept(typed))
        ]

    def _broken(self) -> int:
        """The number of the first rule of the list that cannot be understood; 0: there is none."""
        rules = enumerate(self.table.lines.rules, 1)
        kept = self._kept()
        broken = (n for n, rule in rules if fault(named(rule, self._known), kept) is not None)
        return next(broken, 0)

    def _kept(self, *typed: TypedRule) -> tuple[str, ...]:
        """The names of what a connection may keep."""
        return kept_by((*self.table.lines.rules, *typed), self.table.lines.kept)

    def _complete_value(self, before: str) -> Completion:
        """Completions for a pattern, which only names values."""
        if not self._known.values:
            return NOTHING
        return complete(before, len(before), self._known.values, as_hex=False, built_in=False)

    def _complete_reply(self, before: str) -> Completion:
        """Completions for a reply: values, what the pattern takes, and built-in names if they are
        on.
        """
        typed = self._typed()
        names = {*self._known.values, *groups_of(typed), *self._kept()}
        built_in = typed.basis.placeholders
        return complete(before, len(before), names, as_hex=False, built_in=built_in)

    def know(self, known: KnownValues) -> None:
        """Learn the values that a rule may name from now on."""
        self._known = self.table.lines.known = known
        self.table.lines.retranslate()
        self._judge()

    def spare_height(self, sparing: bool) -> None:
        """Follow whether the window is low."""
        self.table.spare_height(sparing)
        self.trouble.spare_height(sparing)
        self._column.setSpacing(theme.TIGHT if sparing else theme.NEAR)

    def retranslate(self) -> None:
        """Word what `NamedControls` does not know: what is wrong."""
        self._judge()
