"""The lab's set-up row: the settings of a run, and the button that starts it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton

from workbench.labs.backlog_data import Family
from workbench.labs.backlog_settings import BacklogSettings
from workbench.labs.modes.mode_table import MODES
from workbench.labs.modes.probe import Hindrances
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.named_controls import ChoiceBox, NamedControls, TextField, group
from workbench.viewmodel import parse_fields


class SetUp(FlowLayout):
    """The fields of a run. Anything may be typed; `settings` says what is wrong with it.

    Signals:
        edited(): a field has another value.
        submitted(): Run was pressed, or Enter in a field.
    """

    edited = Signal()
    submitted = Signal()

    def __init__(self, controls: NamedControls) -> None:
        super().__init__()
        add = controls.add
        self.backlog = add(TextField("2", width=8), "backlog", "lab_backlog")
        self.clients = add(TextField("6", width=5), "clients", "lab_clients")
        self.every = add(TextField("0.2", width=5), "every", "lab_every")
        self.timeout = add(TextField("5.0", width=6), "timeout", "lab_timeout")
        self.accept_after = add(TextField("", width=5), "accept_after", "lab_accept_after")
        self.family = add(
            ChoiceBox(*((item.value, f"lab.family_{item.value}") for item in Family)),
            "family",
            "lab_family",
        )
        self.mode = add(
            ChoiceBox(*((name, f"lab.mode_{name}") for name in MODES)),
            "mode",
            "lab_mode",
        )
        self.run = add(QPushButton(), "run", "lab_run")
        self.run.setProperty("primary", True)
        for key, widget in (
            ("lab_mode", self.mode),
            ("lab_family", self.family),
            ("lab_backlog", self.backlog),
            ("lab_clients", self.clients),
            ("lab_every", self.every),
            ("lab_timeout", self.timeout),
            ("lab_accept_after", self.accept_after),
        ):
            self.addWidget(group(controls.caption(key, widget), widget))
        self.addWidget(self.run)
        self.run.clicked.connect(self.submitted)
        for field in (self.backlog, self.clients, self.every, self.timeout, self.accept_after):
            field.textEdited.connect(self.edited)
            field.returnPressed.connect(self.submitted)
        for box in (self.mode, self.family):
            box.activated.connect(self.edited)

    def settings(self) -> BacklogSettings:
        """The settings in the fields. Raises Problem: one of them is malformed."""
        after = self.accept_after.text().strip()
        made = BacklogSettings(
            backlog=parse_backlog(self.backlog.text()),
            clients=parse_fields.parse_whole(self.clients.text(), least=1, most=10_000),
            every=parse_fields.parse_seconds(self.every.text()),
            timeout=parse_fields.parse_timeout(self.timeout.text()),
            family=Family(self.family.value()),
            mode=MODES[self.mode.value()],
            accept_after=parse_fields.parse_seconds(after) if after else None,
        )
        made.check()
        return made

    def forbid(self, hindered: Hindrances) -> None:
        """Grey out what this system cannot do, with the reason."""
        for name, problem in hindered.items():
            self.mode.forbid(name, problem.text)


def parse_backlog(text: str) -> int:
    """Read a backlog: any number that listen() takes, below 0 too, since what the kernel makes of
    it is the lesson.

    Raises:
        Problem: it is no such number.
    """
    return parse_fields.parse_whole(text, least=-(2**31), most=2**31 - 1)
