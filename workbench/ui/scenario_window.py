"""Make scenario: what was done, as a text that can be edited, saved, run and repeated."""

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

from workbench.engine import commands as c
from workbench.scenario.code import to_python
from workbench.scenario.from_record import scenario_of
from workbench.scenario.model import Expect, Loop, Perform, Scenario, Step, parse
from workbench.scenario.write import to_toml
from workbench.texts import Problem, reason_of, tr
from workbench.ui import fields, theme
from workbench.ui.defaults import LAB_PREFIX
from workbench.ui.endpoint_status import OPEN
from workbench.ui.flow_layout import FlowLayout
from workbench.ui.panel_parts.controls import ChoiceBox, Controls, TextField, group, spring

if TYPE_CHECKING:
    from workbench.qt.controller import Controller

UNTIL: Final = ("", "ECONNRESET", "ECONNREFUSED", "EPIPE", "ETIMEDOUT", "TimeoutError")


class ScenarioWindow(QDialog):
    """Not modal: the window behind it goes on.

    Signals:
        run_wanted(object): run this Scenario.
    """

    run_wanted = Signal(object)

    def __init__(self, controller: Controller, seqs: Collection[int] | None,
                 parent: QWidget) -> None:
        """`seqs`: only the commands among these rows; None takes all."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("scenario_window")
        self._controller = controller
        self._seqs = seqs
        add = Controls("scenario")
        self._controls = add
        self.title = add.add(TextField(tr("scenario.from_record")), "title")
        self.answers = add.add(QCheckBox(), "answers")
        self.answers.setChecked(True)
        self.waits = add.add(QCheckBox(), "waits")
        self.times = add.add(TextField("1", width=6), "times")
        self.pause = add.add(TextField("0.5", width=5), "pause")
        self.until = add.add(
            ChoiceBox(*((name, None if name else "choice.until_nothing") for name in UNTIL)),
            "until",
        )
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
        self.make()

    def _lay_out(self) -> None:
        caption = self._controls.caption
        column = QVBoxLayout(self)
        what = FlowLayout()
        for widget in (group(caption("title", self.title), self.title), self.answers, self.waits):
            what.addWidget(widget)
        again = FlowLayout()
        for widget in (
            group(caption("times", self.times), self.times),
            group(caption("pause", self.pause), self.pause),
            group(caption("until", self.until), self.until),
        ):
            again.addWidget(widget)
        self.forms = QTabWidget()
        self.forms.setDocumentMode(True)
        for paper in (self.text, self.python):
            paper.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
            paper.setTabChangesFocus(True)
            self.forms.addTab(paper, "")
        self.python.setReadOnly(True)
        self.run.setProperty("primary", True)
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        self.message.setWordWrap(True)
        buttons = FlowLayout()
        for button in (self.run, self.save, self.copy, spring(), self.done_button):
            buttons.addWidget(button)
        column.addLayout(what)
        column.addLayout(again)
        column.addWidget(self.forms, 1)
        column.addWidget(self.message)
        column.addLayout(buttons)

    def _wire(self) -> None:
        for box in (self.answers, self.waits):
            box.toggled.connect(self.make)
        for field in (self.title, self.times, self.pause):
            field.editingFinished.connect(self.make)
        self.until.activated.connect(self.make)
        self.text.textChanged.connect(self._on_edited)
        self.run.clicked.connect(self._on_run)
        self.save.clicked.connect(self._on_save)
        self.copy.clicked.connect(self._on_copy)
        self.done_button.clicked.connect(self.close)

    @Slot()
    def retranslate(self) -> None:
        """Every text in the current language, in the font in force; what was typed stays."""
        self.setWindowTitle(tr("scenario_window.title"))
        self._controls.retranslate()
        for index, key in enumerate(("form_toml", "form_python")):
            self.forms.setTabText(index, tr(f"scenario_window.{key}"))
        self.forms.setAccessibleName(tr("scenario_window.title"))
        for paper in (self.text, self.python):
            paper.setFont(theme.fixed_font())
        self.scenario()

    # -- making ---------------------------------------------------------------------------------

    @Slot()
    def make(self) -> None:
        """Write the text anew from the record."""
        try:
            made = scenario_of(
                self._controller.reader, title=self.title.text().strip() or None, seqs=self._seqs,
                expectations=self.answers.isChecked(), waits=self.waits.isChecked(),
                without=LAB_PREFIX,
            )
            times = fields.parse_whole(self.times.text(), least=1, most=1_000_000)
            pause = fields.parse_seconds(self.pause.text())
        except Problem as problem:
            self.message.setText(problem.text)
            return
        self.text.setPlainText(to_toml(repeated(made, times, pause, self.until.value())))

    def scenario(self) -> Scenario | None:
        """What stands in the editor; None, and a message, where it is none."""
        try:
            made = parse(self.text.toPlainText(), tr("scenario_window.here"))
        except Problem as problem:
            self.message.setText(problem.text)
            return None
        session = self._controller.session
        held = [settings.name for settings in made.endpoints
                if settings.name in session.endpoints
                and session.snapshot(settings.name).phase in OPEN]
        stops = tr("scenario_window.stops", names=", ".join(held)) if held else ""
        self.message.setText(
            f"{tr('scenario_window.steps', count=len(made.steps))} {stops}".rstrip()
        )
        return made

    @Slot(str)
    def tell(self, text: str) -> None:
        """How a run goes, in a sentence."""
        self.message.setText(text)

    @Slot()
    def _on_edited(self) -> None:
        made = self.scenario()
        self.run.setEnabled(made is not None)
        self.python.setPlainText("" if made is None else to_python(made))

    # -- what is done with it -------------------------------------------------------------------

    @Slot()
    def _on_run(self) -> None:
        made = self.scenario()
        if made is not None:
            self.run_wanted.emit(made)

    @Slot()
    def _on_copy(self) -> None:
        shown = self.forms.currentWidget()
        assert isinstance(shown, QPlainTextEdit)
        QGuiApplication.clipboard().setText(shown.toPlainText())

    @Slot()
    def _on_save(self) -> None:
        python = self.forms.currentWidget() is self.python
        name, _ = QFileDialog.getSaveFileName(
            self, self.save.text(), "scenario.py" if python else "scenario.toml",
            "Python (*.py)" if python else tr("window.scenario_files"),
        )
        if name:
            self.write(Path(name), (self.python if python else self.text).toPlainText())

    def write(self, path: Path, text: str) -> None:
        """Save; how it went stands in the message."""
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            reason = reason_of(error)
            self.message.setText(tr("window.not_written", path=str(path), reason=reason))
        else:
            self.message.setText(tr("scenario_window.saved", path=str(path)))


def repeated(scenario: Scenario, times: int, pause: float, until: str) -> Scenario:
    """What follows the starts, in a loop; `until` is an errno or exception that ends it early.

    The sockets are left as they were when the loop ended, so that they can be looked at.
    """
    if times == 1 and not until:
        return scenario
    starts: list[Step] = []
    rest = list(scenario.steps)
    while rest and isinstance(rest[0], Perform) and isinstance(
        rest[0].command, c.Start | c.Configure | c.SetPace
    ):
        starts.append(rest.pop(0))
    who = next((step.command.endpoint for step in rest
                if isinstance(step, Perform) and step.command.endpoint), None)
    stop = None
    if until and who is not None:
        stop = Expect(who, error=until) if until == "TimeoutError" else Expect(who, errno=until)
    return replace(scenario, steps=(*starts, Loop(tuple(rest), times, pause, stop)))
