"""Rules of a server: a list, and the fields of the chosen rule; opened inside the panel."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout

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
    spring,
    tone,
)
from workbench.viewmodel.completion import NOTHING, Completion, complete
from workbench.viewmodel.known_values import NO_VALUES, KnownValues
from workbench.viewmodel.message import msg
from workbench.viewmodel.rule_form import EXAMPLE, TypedRule, fault, groups_of, named
from workbench.viewmodel.rule_trial import unknown_in


class RulesEditor(Retranslatable, QFrame):
    """A folded part of a server's panel.

    Attributes:
        table: the list. trial: tries the rules out.
        groups: what the chosen rule takes and its reply may name.

    Signals:
        edited(): other rules are wished for.
        submitted(): Enter was pressed in a field.
        removed(object): a person has removed a rule: what puts it back.
    """

    edited = Signal()
    removed = Signal(object)
    submitted = Signal()

    def __init__(self, controls: NamedControls) -> None:
        super().__init__()
        self._controls = controls
        self._filling = False
        self._known = NO_VALUES
        self._chosen = True  # a rule was in the fields: without one they show the example
        self.setProperty("more", True)
        self.table = controls.add(RuleTable(), "rules")
        self._add_fields(controls)
        self._add_buttons(controls)
        self.trouble = controls.add(QLabel(), "rules_trouble")
        self.trouble.setTextFormat(Qt.TextFormat.PlainText)
        self.trouble.setWordWrap(True)
        self.groups = GroupChips(controls)
        self.trial = RuleTrial(controls)
        self._lay_out(controls)
        self._wire()
        self._on_chosen()
        self.retranslate()

    def _add_buttons(self, controls: NamedControls) -> None:
        self.add = controls.add(QPushButton(), "rules_add")
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
        for field in (self.value, self.reply, self.more):
            field.setMinimumWidth(110)

    def _lay_out(self, controls: NamedControls) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP, theme.GAP, theme.GAP, theme.GAP)
        column.setSpacing(theme.GAP)
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
                spring(),
                group(self.add, self.remove, self.up, self.down),
            ),
            (group(caption("rules_more", self.more), self.more),),
        ):
            row = FlowLayout()
            for widget in widgets:
                row.addWidget(widget)
            column.addLayout(row)
        column.insertWidget(2, self.groups)
        column.addWidget(self.trouble)
        column.addWidget(self.trial)

    def _wire(self) -> None:
        self.table.chosen.connect(self._on_chosen)
        self.groups.wanted.connect(self._on_group)
        self.table.unwanted.connect(self._on_remove)
        self.add.clicked.connect(self._on_add)
        self.remove.clicked.connect(self._on_remove)
        self.up.clicked.connect(lambda: self._move(-1))
        self.down.clicked.connect(lambda: self._move(1))
        for box in (self.match, self.encoding, self.then):
            box.activated.connect(self._on_typed)
            box.activated.connect(self._tell)
        for field in (self.value, self.reply, self.delay, self.more):
            field.textEdited.connect(self._on_typed)
            field.editingFinished.connect(self._tell)
            field.returnPressed.connect(self._on_enter)

    # -- what it holds --------------------------------------------------------------------------

    def show_typed(self, rules: Sequence[TypedRule]) -> None:
        """Show rules without telling anyone."""
        self._show(list(rules), max(0, self.table.row))

    @property
    def count(self) -> int:
        return len(self.table.lines.rules)

    def _show(self, rules: list[TypedRule], row: int) -> None:
        self.table.lines.show_rules(rules)
        if rules:
            self.table.selectRow(min(row, len(rules) - 1))
        self._on_chosen()

    # -- what a person does ---------------------------------------------------------------------

    @Slot()
    def _on_add(self) -> None:
        """One more, as the fields say."""
        rules = self.table.lines.rules
        self._show([*rules, self._typed()], len(rules))
        self._tell()
        self.value.setFocus()
        self.value.selectAll()

    @Slot()
    def _on_enter(self) -> None:
        """What is typed is a rule only once it is added: nothing starts without it."""
        if self.table.row < 0:
            self._on_add()
        else:
            self.submitted.emit()

    @Slot()
    def _on_remove(self) -> None:
        row, rules = self.table.row, self.table.lines.rules
        if row >= 0:
            self._show(rules[:row] + rules[row + 1 :], row)
            self._tell()
            self.removed.emit(partial(self._put_back, rules[row], row))

    def _put_back(self, rule: TypedRule, row: int) -> None:
        rules = self.table.lines.rules
        self._show([*rules[:row], rule, *rules[row:]], row)
        self._tell()

    def _move(self, by: int) -> None:
        row, rules = self.table.row, list(self.table.lines.rules)
        if row >= 0 and 0 <= row + by < len(rules):
            rules[row], rules[row + by] = rules[row + by], rules[row]
            self._show(rules, row + by)
            self._tell()

    @Slot()
    def _on_typed(self) -> None:
        """A field has changed: its rule is judged at once, and taken when it is left."""
        row = self.table.row
        if self._filling:
            return
        if row >= 0:
            self.table.lines.change(row, self._typed())
        self._judge()

    def _typed(self) -> TypedRule:
        """The rule that stands in the fields, whether it is on the list or not yet."""
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
        """What the pattern took, at the place of the cursor in the reply."""
        self.reply.insert(f"{{{name}}}")
        self.reply.setFocus()
        self._on_typed()
        self._tell()

    @Slot()
    def _tell(self) -> None:
        self.edited.emit()

    @Slot()
    def _on_chosen(self) -> None:
        """The chosen rule in the fields; without one, they hold what Add would add."""
        row = self.table.row
        rule = self.table.lines.rules[row] if row >= 0 else None
        if rule is not None:
            self._fill(rule)
        elif self._chosen:
            self._fill(EXAMPLE)
        self._chosen = rule is not None
        none = msg("why.no_rule") if rule is None else None
        self._controls.enable(self.remove, none)
        self._controls.enable(self.up, none or (msg("why.first_rule") if row == 0 else None))
        self._controls.enable(
            self.down, none or (msg("why.last_rule") if row == self.count - 1 else None)
        )
        self._judge()

    def _fill(self, rule: TypedRule) -> None:
        """Show a rule in the fields."""
        self._filling = True
        self.match.choose(rule.match)
        if self.encoding.findData(rule.encoding) < 0:  # a scenario may name any
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
        wrong = fault(named(typed, self._known))
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
        tone(self.trouble, "bad" if wrong is not None else "")
        if wrong is not None:
            said = [wrong[1].text]
        else:
            said = [] if self.count else [tr("rules.none")]
            said += [
                tr(
                    "rules.unknown" if gap.near else "rules.unnamed",
                    name=f"{{{gap.word}}}",
                    near=f"{{{gap.near}}}",
                )
                for gap in unknown_in(typed, self._known)
            ]
        self.trouble.setText("\n".join(said))
        self.trouble.setVisible(bool(said))
        self.trial.judge()

    def _complete_value(self, before: str) -> Completion:
        """A pattern names values alone."""
        if not self._known.values:
            return NOTHING
        return complete(before, len(before), self._known.values, as_hex=False, built_in=False)

    def _complete_reply(self, before: str) -> Completion:
        """A reply names values, what the pattern takes, and what is built in where that is on."""
        typed = self._typed()
        names = {*self._known.values, *groups_of(typed)}
        built_in = typed.basis.placeholders
        return complete(before, len(before), names, as_hex=False, built_in=built_in)

    def know(self, known: KnownValues) -> None:
        """The values that a rule may name from now on."""
        self._known = self.table.lines.known = known
        self.table.lines.retranslate()
        self._judge()

    def retranslate(self) -> None:
        """What `NamedControls` does not know: what is wrong."""
        self._judge()
