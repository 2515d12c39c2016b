"""*Make scenario*: what was done as a text to edit, save, run and repeat."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.journal.whole_file import write_text
from workbench.qt.scenario_player import Question
from workbench.scenario.code import to_python
from workbench.scenario.from_record import Excerpt, Made
from workbench.scenario.model import Loop, Scenario, Step, Wait
from workbench.scenario.repeat import repeated
from workbench.scenario.write import to_toml
from workbench.texts import Problem, reason_of, tr
from workbench.ui.dialogs.permission_dialog import PermissionDialog
from workbench.ui.dialogs.repeat_form import RepeatForm
from workbench.ui.dialogs.row_range import RowRange
from workbench.ui.dialogs.varying_table import VaryingTable
from workbench.ui.style import theme
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.named_controls import ChoiceBox, NamedControls, TextField, group, spring
from workbench.viewmodel.message import msg
from workbench.viewmodel.typed_scenario import TypedScenarios, Wishes

if TYPE_CHECKING:
    from workbench.qt.scenario_maker import ScenarioMaker, Scope
    from workbench.qt.scenario_player import ScenarioPlayer

LONG: Final = 10.0
"""Seconds of waits from which on it is said how long they take."""


class ScenarioDialog(Retranslatable, QDialog):
    """The window of *Make scenario*; not modal.

    Signals:
        run_wanted(object): run this Scenario.
        end_wanted(): give the run up.
    """

    run_wanted = Signal(object)
    end_wanted = Signal()

    def __init__(
        self,
        maker: ScenarioMaker,
        seqs: Collection[int] | None,
        parent: QWidget,
        *,
        repeat: bool = False,
        live: bool = True,
    ) -> None:
        """`maker`: makes the scenario; it is deleted with this window.

        `seqs`: only the commands among these rows; None: all. `repeat`: show the fields of a loop.
        `live` False: the record is an earlier one; the scenario can be saved and run elsewhere.
        """
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("scenario_window")
        self._maker = maker
        maker.setParent(self)
        self._seqs = seqs
        self._typed = TypedScenarios()
        self._wishes: Wishes = ()
        self._running = self._valid = self._recorded = self._comparing = False
        self._scopes: dict[str, Scope] = {}
        self._live = live
        add = NamedControls("scenario")
        self._controls = add
        self.repeat = RepeatForm(add)
        self.title = add.add(TextField(tr("scenario.from_record")), "title")
        self.title.setMinimumWidth(150)
        self.answers = add.add(QCheckBox(), "answers")
        self.answers.setChecked(True)
        self.waits = add.add(QCheckBox(), "waits")
        self.waits.setChecked(True)
        all_ = "choice.scope_all" if seqs is None else "choice.scope_chosen"
        self.scope = add.add(ChoiceBox(("", all_)), "scope", "made_of")
        self.rows = RowRange(add, self)
        self.varying = add.add(VaryingTable(), "varying")
        self.compare = add.add(QPushButton(), "compare")
        self.text = add.add(QPlainTextEdit(), "text")
        self.python = add.add(QPlainTextEdit(), "python")
        self.message = add.add(QLabel(), "message")
        self.run = add.add(QPushButton(), "run")
        self.save = add.add(QPushButton(), "save")
        self.copy = add.add(QPushButton(), "copy")
        self.done_button = add.add(QPushButton(), "close", "scenario_close")
        self._lay_out()
        self._wire()
        self.resize(760, 560)
        self.retranslate()
        if repeat:
            self.repeat.begin()
        self._offer_scopes(all_)
        self.make()

    def _offer_scopes(self, all_: str) -> None:
        """Offer the whole record, or a single endpoint or connection."""
        self._scopes = self._maker.scopes()
        self.scope.offer([("", all_), *((name, None) for name in self._scopes)])

    def _lay_out(self) -> None:
        caption = self._controls.caption
        column = QVBoxLayout(self)
        what = FlowLayout()
        for widget in (
            group(caption("title", self.title), self.title),
            group(caption("made_of", self.scope), self.scope),
            self.rows.box,
            self.answers,
            self.waits,
        ):
            what.addWidget(widget)
        self.forms = QTabWidget()
        self.forms.setDocumentMode(True)
        for paper in (self.text, self.python):
            paper.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
            paper.setTabChangesFocus(True)
            self.forms.addTab(paper, "")
        self.forms.addTab(self.varying, "")
        self.python.setReadOnly(True)
        self.run.setProperty("primary", True)
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        self.message.setWordWrap(True)
        buttons = FlowLayout()
        for button in (self.run, self.compare, self.save, self.copy, spring(), self.done_button):
            buttons.addWidget(button)
        column.addWidget(self.repeat)
        column.addLayout(what)
        column.addWidget(self.forms, 1)
        column.addWidget(self.message)
        column.addLayout(buttons)

    def _wire(self) -> None:
        for box in (self.answers, self.waits):
            box.toggled.connect(self.make)
        self.title.editingFinished.connect(self.make)
        self.scope.activated.connect(self.make)
        self.rows.changed.connect(self.make)
        self.varying.changed.connect(self.make)
        self.compare.clicked.connect(self._on_compare)
        self._maker.read_again.connect(self._on_compared)
        self.repeat.changed.connect(self.make)
        self.text.textChanged.connect(self._on_edited)
        self.run.clicked.connect(self._on_run)
        self.save.clicked.connect(self._on_save)
        self.copy.clicked.connect(self._on_copy)
        self.done_button.clicked.connect(self.close)

    @Slot()
    def retranslate(self) -> None:
        """Word every text in the current language and font; what was typed stays."""
        self.setWindowTitle(tr("scenario_window.title"))
        self._controls.retranslate()
        self.repeat.fit()
        for index, key in enumerate(("form_toml", "form_python")):
            self.forms.setTabText(index, tr(f"scenario_window.{key}"))
        self._count_varying()
        self.forms.setAccessibleName(tr("scenario_window.title"))
        for paper in (self.text, self.python):
            paper.setFont(theme.fixed_font())
        self.scenario()

    # -- making ---------------------------------------------------------------------------------

    @Slot()
    def make(self) -> None:
        """Make the text anew from the record."""
        try:
            found = self._made()
            made = replace(found.scenario, passwords=self._maker.passwords())
            self._recorded = _count(made.steps) > 0
            self.varying.show_all(found.choices)
            self._count_varying()
            self.repeat.offer(item.name for item in made.endpoints)
            wish = self.repeat.wish()
        except Problem as problem:
            self.message.setText(problem.text)
            self._valid = self._recorded = False
            self._allow_run()
            return
        text = to_toml(made if wish is None else repeated(made, wish))
        text = self._maker.naming(text)
        self._typed.made(text, tr("scenario_window.here"))
        self.text.setPlainText(text)

    def _made(self, *, loose: bool = False) -> Made:
        """The scenario. Raises Problem: there is none."""
        scope = self._scopes.get(self.scope.value())
        chosen = self._seqs if scope is None else self._maker.commands_of(scope)
        excerpt = Excerpt(
            title=self.title.text().strip() or None,
            seqs=self.rows.among(chosen, self._maker.committed),
            expectations=self.answers.isChecked(),
            waits=self.waits.isChecked(),
            left=self.varying.left(),
            loose=loose,
        )
        return self._maker.made(excerpt)

    def _count_varying(self) -> None:
        title = tr("scenario_window.form_varying", count=self.varying.rowCount())
        self.forms.setTabText(self.forms.indexOf(self.varying), title)

    def scenario(self) -> Scenario | None:
        """The scenario in the editor; None: it is not one, as a message says, or asks for
        permissions first.
        """
        typed = self._typed.read(self.text.toPlainText(), tr("scenario_window.here"))
        self._wishes = typed.wishes
        if typed.problem is not None:
            self.message.setText(typed.problem.text)
        elif typed.wishes:
            self.message.setText(tr("scenario_window.asks", count=len(typed.wishes)))
        made = typed.scenario
        if made is None:
            return None
        held = self._maker.held_open(made)
        stops = tr("scenario_window.stops", names=", ".join(held)) if held else ""
        count = _count(made.steps)
        found = tr("scenario_window.steps" if count else "scenario_window.no_steps", count=count)
        seconds = sum(step.seconds for step in made.steps if isinstance(step, Wait))
        waits = tr("scenario_window.waits", seconds=f"{seconds:.0f}") if seconds >= LONG else ""
        warnings = " ".join(warning.text for warning in made.warnings)
        self.message.setText(" ".join(part for part in (found, waits, stops, warnings) if part))
        return made

    @Slot(str)
    def tell(self, text: str) -> None:
        """Show a sentence about the run."""
        self.message.setText(text)

    def attach(self, demos: ScenarioPlayer) -> None:
        """Connect the player that runs the scenario."""
        self.run_wanted.connect(demos.run_again)
        self.end_wanted.connect(demos.give_up)
        demos.reported.connect(self.tell)
        demos.running_changed.connect(self._on_running)
        self._on_running(demos.running)

    @Slot(bool)
    def _on_running(self, running: bool) -> None:
        self._running = running
        self._controls.recaption(self.run, "give_up" if running else "run")
        self._allow_run()
        if self._comparing and not running:
            self._comparing = False
            self._maker.look_again()

    def _allow_run(self) -> None:
        if not self._live:
            for button in (self.run, self.compare):
                self._controls.enable(button, msg("why.old_record"))
        else:
            self.run.setEnabled(self._valid or self._running)
            self.compare.setEnabled(self._recorded and not self._running)

    @Slot()
    def _on_edited(self) -> None:
        made = self.scenario()
        self._valid = bool(self._wishes) or (made is not None and _count(made.steps) > 0)
        self._allow_run()
        self.python.setPlainText("" if made is None else to_python(made))

    # -- what is done with it -------------------------------------------------------------------

    @Slot()
    def _on_run(self) -> None:
        if self._running:
            self.end_wanted.emit()
            return
        made = self.scenario()
        if made is not None:
            self.run_wanted.emit(made)
        elif self._wishes:
            self._ask()

    def _ask(self) -> None:
        """Ask for everything that the text needs permission for, before it is run."""
        text = self.text.toPlainText()
        given = self._typed.read(text, tr("scenario_window.here")).given
        here = Path(tr("scenario_window.here"))
        asking = PermissionDialog(Question(here, text, given, self._wishes), self)
        asking.allowed.connect(self._on_allowed)
        asking.open()

    @Slot(object)
    def _on_allowed(self, question: Question) -> None:
        wishes = [wish for _, wish in question.wishes]
        self._typed.allow(question.text, question.given.granting(wishes))
        if self.text.toPlainText() == question.text:
            self._on_edited()
            self._on_run()

    @Slot()
    def _on_compare(self) -> None:
        """Do the same a second time, whatever comes; then see what differed."""
        try:
            wish = self._made(loose=True).scenario
        except Problem as problem:
            self.message.setText(problem.text)
            return
        self._comparing = True
        self.run_wanted.emit(wish)

    @Slot()
    def _on_compared(self) -> None:
        self.make()
        self.forms.setCurrentWidget(self.varying)

    @Slot()
    def _on_copy(self) -> None:
        shown = self.python if self.forms.currentWidget() is self.python else self.text
        QGuiApplication.clipboard().setText(self._without_secrets(shown))

    @Slot()
    def _on_save(self) -> None:
        python = self.forms.currentWidget() is self.python
        name, _ = QFileDialog.getSaveFileName(
            self,
            self.save.text(),
            "scenario.py" if python else "scenario.toml",
            "Python (*.py)" if python else tr("window.scenario_files"),
        )
        if name:
            self.write(Path(name), self._without_secrets(self.python if python else self.text))

    def _without_secrets(self, shown: QPlainTextEdit) -> str:
        """The text as it leaves the window, with environment variables in place of secrets."""
        return self._maker.without_secrets(shown.toPlainText(), python=shown is self.python)

    def write(self, path: Path, text: str) -> None:
        """Save the text; a message reports the result."""
        try:
            write_text(path, text)
        except OSError as error:
            reason = reason_of(error)
            self.message.setText(tr("window.not_written", path=str(path), reason=reason))
        else:
            self.message.setText(tr("scenario_window.saved", path=str(path)))


def _count(steps: tuple[Step, ...]) -> int:
    """The number of steps; those in loops count once."""
    return sum(_count(step.steps) if isinstance(step, Loop) else 1 for step in steps)
