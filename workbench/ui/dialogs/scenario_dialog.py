"""*Make scenario*: what was done as a text to edit, save, run and repeat."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.journal.whole_file import write_text
from workbench.qt.scenario_maker import ReadText, ScenarioWish, Written, read_text
from workbench.qt.scenario_player import Question
from workbench.scenario.from_record import Excerpt
from workbench.scenario.model import Loop, Scenario, Step, Wait
from workbench.texts import Problem, listed, reason_of, sentences, tr
from workbench.ui.dialogs.permission_dialog import PermissionDialog
from workbench.ui.dialogs.repeat_form import RepeatForm
from workbench.ui.dialogs.row_range import RowRange
from workbench.ui.dialogs.varying_table import VaryingTable
from workbench.ui.style import fonts, icons, theme
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.widgets.file_dialogs import save_name
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.focus_back import focus_back
from workbench.ui.widgets.named_controls import (
    ChoiceBox,
    NamedControls,
    TextField,
    group,
    spring,
    tone,
)
from workbench.ui.widgets.progress_line import ProgressLine
from workbench.ui.widgets.screen_fit import open_at
from workbench.viewmodel.message import msg
from workbench.viewmodel.typed_scenario import TypedScenarios, Wishes

if TYPE_CHECKING:
    from workbench.qt.scenario_maker import ScenarioMaker, Scope
    from workbench.qt.scenario_player import ScenarioPlayer

LONG: Final = 10.0
"""Seconds of waits from which on it is said how long they take."""
LONG_ROUND: Final = 2.0
"""The same in each round of a loop: whoever set its pause wonders at once why it takes longer."""
PROMPT: Final = 20_000
"""The longest text that is read with each key; a longer one is read in a pause, on a thread."""
PAUSE_MS: Final = 300
VERDICTS: Final = {"good": "circle-check", "bad": "circle-x"}
"""The icons of verdicts."""


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
        self._read: ReadText | None = None
        self._then: Callable[[], None] | None = None
        self._share = 0.0
        self._wishes: Wishes = ()
        self._running = self._valid = self._recorded = False
        # `_compared`: what is shown was made with a second run
        self._comparing = self._compared = False
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
        self.going_on = add.add(QCheckBox(), "going_on")
        all_ = "choice.scope_all" if seqs is None else "choice.scope_chosen"
        self.scope = add.add(ChoiceBox(("", all_)), "scope", "made_of")
        self.rows = RowRange(add, self)
        self.varying = add.add(VaryingTable(), "varying")
        self.compare = add.add(QPushButton(), "compare")
        self.text = add.add(QPlainTextEdit(), "text")
        self.python = add.add(QPlainTextEdit(), "python")
        self.progress = ProgressLine("scenario", "scenario_window.stop")
        self.message = add.add(QLabel(), "message")
        self.run = add.add(QPushButton(), "run")
        self.save = add.add(QPushButton(), "save")
        self.copy = add.add(QPushButton(), "copy")
        self.done_button = add.add(QPushButton(), "close", "scenario_close")
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._lay_out()
        self._wire()
        open_at(self, 760, 560)
        self.retranslate()
        if repeat:
            self.repeat.begin()
        self._maker.look_for_scopes()
        self.make()

    @Slot(object)
    def _offer_scopes(self, scopes: Mapping[str, Scope]) -> None:
        """Offer the whole record, or a single endpoint or connection."""
        self._scopes = dict(scopes)
        all_ = "choice.scope_all" if self._seqs is None else "choice.scope_chosen"
        self.scope.offer([("", all_), *((name, None) for name in scopes)])

    def _lay_out(self) -> None:
        caption = self._controls.caption
        column = QVBoxLayout(self)
        what = FlowLayout()
        for widget in (
            group(caption("title", self.title), self.title),
            group(caption("made_of", self.scope), self.scope),
            self.rows.box,
            group(self.answers, self.waits, self.going_on),
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
        # why it failed is often quoted elsewhere
        self.message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.verdict = QFrame()
        self.verdict.setObjectName("scenario.verdict")
        self.verdict.setProperty("message", True)
        self._sign = QLabel()
        self._sign.setObjectName("scenario.sign")
        self._sign.hide()
        sentence = QHBoxLayout(self.verdict)
        sentence.setContentsMargins(0, theme.HAIR, theme.NEAR, theme.HAIR)
        sentence.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        sentence.addWidget(self.message, 1)
        buttons = FlowLayout()
        pressed = (self.run, self.compare, self.save, self.copy, self.done_button)
        for button in pressed:
            button.setAutoDefault(False)  # Enter in a field leaves it, and opens no sockets
        for widget in (*pressed[:-1], spring(), self.done_button):
            buttons.addWidget(widget)
        column.addWidget(self.repeat)
        column.addLayout(what)
        column.addWidget(self.forms, 1)
        column.addWidget(self.progress)
        column.addWidget(self.verdict)
        column.addLayout(buttons)

    def _wire(self) -> None:
        for box in (self.answers, self.waits, self.going_on):
            box.toggled.connect(self.make)
        self.title.editingFinished.connect(self.make)
        self.scope.activated.connect(self.make)
        self.rows.changed.connect(self.make)
        self.varying.changed.connect(self.make)
        self.compare.clicked.connect(self._on_compare)
        self.progress.pressed.connect(self._on_progress_pressed)
        self._pause.timeout.connect(self._on_paused)
        self._maker.scopes_found.connect(self._offer_scopes)
        self._maker.progressed.connect(self._on_progressed)
        self._maker.written.connect(self._on_written)
        self._maker.made.connect(self._on_loose_made)
        self._maker.refused.connect(self._on_refused)
        self._maker.read.connect(self._on_read)
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
            paper.setFont(fonts.fixed_font())
        if self._read is not None:
            self.read_scenario()

    # -- making ---------------------------------------------------------------------------------

    @property
    def making(self) -> bool:
        """Whether the text is being made or read; what is shown is older."""
        return self._maker.making or self._pause.isActive()

    @Slot()
    def make(self) -> None:
        """Make the text again from the record, which may take a while."""
        self._compared = False
        self._begin(loose=False)

    def _begin(self, *, loose: bool) -> None:
        self._pause.stop()
        try:
            wish = self._wish(loose=loose)
        except Problem as problem:
            self._maker.give_up()
            self._on_refused(problem)
            return
        self._share = 0.0
        self._maker.make(wish)
        self._tell_progress()

    def _wish(self, *, loose: bool) -> ScenarioWish:
        """What the fields say. Raises Problem: one cannot be understood."""
        excerpt = Excerpt(
            title=self.title.text().strip() or None,
            seqs=self._seqs,
            expectations=self.answers.isChecked(),
            waits=self.waits.isChecked(),
            left=self.varying.left(),
            loose=loose,
            going_on=self.going_on.isChecked(),
        )
        scope = self._scopes.get(self.scope.value())
        rows = self.rows.between(self._maker.committed)
        return ScenarioWish(tr("scenario_window.here"), excerpt, scope, rows, self.repeat.wish())

    @Slot(object)
    def _on_written(self, made: Written) -> None:
        self.progress.end()
        self._recorded = _count(made.scenario.steps) > 0
        self.varying.show_all(made.choices)
        self._count_varying()
        self.repeat.offer(item.name for item in made.scenario.endpoints)
        self._typed, self._read = made.typed, made.text
        self.text.setPlainText(made.text.text)
        self._go_on()

    @Slot(object)
    def _on_loose_made(self, scenario: Scenario) -> None:
        """Do the same a second time, whatever comes, to see what comes out differently."""
        self.progress.end()
        self._comparing = True
        self.run_wanted.emit(scenario)

    @Slot(object)
    def _on_refused(self, problem: Problem) -> None:
        self._then = None
        self.progress.end()
        self._say(problem.text)
        self._valid = self._recorded = False
        self._allow_run()

    @Slot(float)
    def _on_progressed(self, share: float) -> None:
        self._share = share
        self._tell_progress()

    def _tell_progress(self) -> None:
        sentence = msg("scenario_window.making", count=f"{self._maker.committed:,}")
        self.progress.tell(sentence, self._share, "scenario_window.stop")

    @Slot()
    def _on_progress_pressed(self) -> None:
        """Stop, or begin again."""
        if not self.making:
            self.make()
            return
        self._then = None
        self._pause.stop()
        self._maker.give_up()
        self.progress.tell(msg("scenario_window.stopped"), self._share, "scenario_window.again")

    def _once_made(self, then: Callable[[], None]) -> None:
        """Do this with the text that the fields ask for, as soon as it is made."""
        if self.making:
            self._then = then
        else:
            then()

    def _go_on(self) -> None:
        then, self._then = self._then, None
        if then is not None:
            then()

    def done(self, result: int) -> None:
        """Give up what is being made, because the dialog is closed."""
        self._pause.stop()
        self._maker.leave()
        super().done(result)

    def _count_varying(self) -> None:
        title = tr("scenario_window.form_varying", count=self.varying.rowCount())
        self.forms.setTabText(self.forms.indexOf(self.varying), title)

    def read_scenario(self) -> Scenario | None:
        """Read the scenario in the editor and say beside it what it is; None: it is not one, or
        asks for permissions first.
        """
        typed = self._text_read().read
        self._wishes = typed.wishes
        if typed.problem is not None:
            self._say(typed.problem.text)
        elif typed.wishes:
            self._say(tr("scenario_window.asks", count=len(typed.wishes)))
        made = typed.scenario
        if made is None:
            return None
        held = self._maker.held_open(made)
        stops = tr("scenario_window.stops", names=listed(held)) if held else ""
        count = _count(made.steps)
        key = ("steps" if self._live else "steps_of_old") if count else "no_steps"
        found = tr(f"scenario_window.{key}", count=count)
        waits = _waits(made.steps)
        warnings = (warning.text for warning in made.warnings)
        self._say(sentences(self._comparison(), found, waits, stops, *warnings))
        return made

    def _comparison(self) -> str:
        """What a second run showed; "": there was none."""
        if not self._compared:
            return ""
        count = self.varying.count_of("differs")
        return tr(f"scenario_window.{'compared' if count else 'compared_same'}", count=count)

    def _text_read(self) -> ReadText:
        """The text in the editor as a scenario; each text is read only once."""
        text = self.text.toPlainText()
        if self._read is None or self._read.text != text:
            self._read = read_text(text, self._typed, tr("scenario_window.here"))
        return self._read

    @Slot(str)
    def tell(self, text: str) -> None:
        """Show a sentence about the run."""
        self._say(text)

    def _say(self, text: str, level: str = "") -> None:
        """Show a sentence; `level`: that of a verdict, in whose colours it stands."""
        self.message.setText(text)
        self._sign.setVisible(bool(level))
        tone(self.verdict, level)
        if level:
            colours = getattr(theme.current(), level)
            self._sign.setPixmap(icons.pixmap(VERDICTS[level], colours.text))
            self._sign.setAccessibleName(tr(f"level.{level}"))

    @Slot(bool)
    def _on_judged(self, held: bool) -> None:
        """Show the sentence before as the verdict that it is."""
        self._say(self.message.text(), "good" if held else "bad")

    def attach(self, demos: ScenarioPlayer) -> None:
        """Connect the player that runs the scenario."""
        self.run_wanted.connect(demos.run_again)
        self.end_wanted.connect(demos.give_up)
        demos.reported.connect(self.tell)
        demos.judged.connect(self._on_judged)
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
            self._go_back()

    def _allow_run(self) -> None:
        if not self._live:
            for button in (self.run, self.compare):
                self._controls.enable(button, msg("why.old_record"))
        else:
            self.run.setEnabled(self._valid or self._running)
            self.compare.setEnabled(self._recorded and not self._running)

    @Slot()
    def _on_edited(self) -> None:
        text = self.text.toPlainText()
        if len(text) > PROMPT and (self._read is None or self._read.text != text):
            self._pause.start()
            return
        self._pause.stop()
        self._show_read()

    @Slot()
    def _on_paused(self) -> None:
        self._maker.understand(self.text.toPlainText(), self._typed, tr("scenario_window.here"))

    @Slot(object)
    def _on_read(self, found: ReadText) -> None:
        self._read = found
        self._on_edited()  # read what was typed meanwhile
        if not self.making:
            self._go_on()

    def _show_read(self) -> None:
        made = self.read_scenario()
        self._valid = bool(self._wishes) or (made is not None and _count(made.steps) > 0)
        self._allow_run()
        self.python.setPlainText(self._text_read().python)

    # -- what is done with it -------------------------------------------------------------------

    @Slot()
    def _on_run(self) -> None:
        if self._running:
            self.end_wanted.emit()
            return
        self._once_made(self._run)

    def _run(self) -> None:
        made = self.read_scenario()
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
            self._read = None
            self._on_edited()
            self._on_run()

    @Slot()
    def _on_compare(self) -> None:
        """Do the same a second time, whatever comes."""
        # while it runs, the button cannot be pressed, and Qt moves the focus on
        self._go_back = focus_back(self.run)
        self._begin(loose=True)

    @Slot()
    def _on_compared(self) -> None:
        self._compared = True
        self._begin(loose=False)
        self.forms.setCurrentWidget(self.varying)

    @Slot()
    def _on_copy(self) -> None:
        self._once_made(self._copy)

    def _copy(self) -> None:
        shown = self.python if self.forms.currentWidget() is self.python else self.text
        QGuiApplication.clipboard().setText(self._without_secrets(shown))

    @Slot()
    def _on_save(self) -> None:
        self._once_made(self._save)

    def _save(self) -> None:
        python = self.forms.currentWidget() is self.python
        name, _ = save_name(
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
            self._say(tr("window.not_written", path=str(path), reason=reason))
        else:
            self._say(tr("scenario_window.saved", path=str(path)))


def _waits(steps: tuple[Step, ...]) -> str:
    """How long the waits take, in all and in each round of a loop; "": not long."""
    once = sum(step.seconds for step in steps if isinstance(step, Wait))
    loops = [step.steps for step in steps if isinstance(step, Loop)]
    each = sum(step.seconds for body in loops for step in body if isinstance(step, Wait))
    said = [("waits", once)] if once >= LONG else []
    said += [("round_waits", each)] if each >= LONG_ROUND else []
    return sentences(*(tr(f"scenario_window.{key}", seconds=f"{wait:.0f}") for key, wait in said))


def _count(steps: tuple[Step, ...]) -> int:
    """The number of steps; those in loops count once."""
    return sum(_count(step.steps) if isinstance(step, Loop) else 1 for step in steps)
