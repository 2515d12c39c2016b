"""The socket options of an endpoint: choose one, give a value, see those that are set."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QPushButton, QWidget

from workbench.engine.model.options import OPTIONS, unfit
from workbench.engine.model.settings import OptionValue
from workbench.texts import Problem, tr
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.named_controls import ChoiceBox, NamedControls, TextField, group
from workbench.ui.widgets.removable_chips import RemovableChip, RemovableChips
from workbench.viewmodel.option_text import parse_value, show_value
from workbench.viewmodel.setup_form import Options

REUSE: Final[tuple[str, OptionValue]] = ("SO_REUSEADDR", 1)


class SocketOptions(Retranslatable, QWidget):
    """One line to set an option, and a removable chip for each that is asked for.

    Attributes:
        options: what every new socket of the endpoint gets.

    Signals:
        wanted(str, object): this option is wanted with this value.
        unwanted(): one is not wanted any more.
        refused(object): a Problem: the value cannot be understood.
    """

    wanted = Signal(str, object)
    unwanted = Signal()
    refused = Signal(object)

    def __init__(self, controls: NamedControls) -> None:
        super().__init__()
        self.options: Options = ()
        self._kind = ("AF_INET", "SOCK_STREAM")
        self._aside: Options = ()  # the default that is of no use on a Unix socket
        self.name = controls.add(ChoiceBox(*((name, None) for name in OPTIONS)), "options")
        self._forbid()
        self.value = controls.add(TextField("1", width=7), "option_value")
        self.set = controls.add(QPushButton(), "option_set")
        self._row = FlowLayout(self)
        self._row.addWidget(
            group(controls.caption("options", self.name), self.name, self.value, self.set)
        )
        self._chips = RemovableChips(self, self._row, self.set)
        self.set.clicked.connect(self._on_set)
        self.value.returnPressed.connect(self._on_set)

    def _forbid(self) -> None:
        """Offer what makes sense on these sockets; grey out the rest, with the reason."""
        fit = []
        for name in OPTIONS:
            problem = unfit(name, *self._kind)
            self.name.forbid(name, problem.text if problem else None)
            fit += [name] if problem is None else []
        if self.name.value() not in fit:
            self.name.choose(fit[0])

    def suit(self, family: str, type_: str) -> None:
        """Suit sockets of this family and type."""
        if (family, type_) != self._kind:
            self._kind = (family, type_)
            self._forbid()

    def follow_family(self, family: str) -> None:
        """Follow another family chosen by a person: SO_REUSEADDR, a default, does nothing on
        AF_UNIX.
        """
        if family == "AF_UNIX":
            self._aside = tuple(item for item in self.options if item == REUSE)
            self.show_options(tuple(item for item in self.options if item != REUSE))
        elif self._aside:
            self.show_options((*self._aside, *self._without(REUSE[0])))
            self._aside = ()

    def retranslate(self) -> None:
        """Word what `NamedControls` does not know: why an option is greyed, and the chips."""
        self._forbid()
        self._chips.redraw()

    def show_options(self, options: Options) -> None:
        """Show what is asked for, as chips; a click removes one."""
        if options != self.options:
            self.options = options
            self._chips.show([self._chip(name, value) for name, value in options])

    def _chip(self, name: str, value: OptionValue) -> RemovableChip:
        return RemovableChip(
            f"option.{name}",
            f"{name} = {show_value(value)}",
            lambda: tr("tip.option_remove", name=name),
            lambda: self._drop(name),
        )

    @Slot()
    def _on_set(self) -> None:
        try:
            value = parse_value(self.value.text())
        except Problem as problem:
            self.refused.emit(problem)
            return
        name = self.name.value()
        wrong = unfit(name, *self._kind)
        if wrong is not None:
            self.refused.emit(wrong)
            return
        self.show_options((*self._without(name), (name, value)))
        self.wanted.emit(name, value)

    def _drop(self, name: str) -> None:
        self.show_options(self._without(name))
        self.unwanted.emit()

    def _without(self, name: str) -> Options:
        return tuple(item for item in self.options if item[0] != name)
