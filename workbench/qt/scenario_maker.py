"""Makes a scenario from the window's record, and from what its endpoints know besides."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal, Slot

from workbench.journal.masked import secrets_in
from workbench.journal.schema import SECRETS
from workbench.scenario.from_record import Excerpt, Made, commands_of, made_of
from workbench.scenario.layer_keys import TYPED
from workbench.scenario.without_secrets import python_without, toml_naming, toml_without
from workbench.viewmodel.default_endpoints import LAB_PREFIX
from workbench.viewmodel.endpoint_status import OPEN

if TYPE_CHECKING:
    from workbench.qt.controller import Controller
    from workbench.scenario.steps import Scenario

CONNECTIONS: Final = 50
"""Connections that are offered one by one, the newest."""
Scope = tuple[str, int | None]
"""An endpoint, and a connection of it by its id in the record; None: all of them."""


class ScenarioMaker(QObject):
    """The model behind the window *Make scenario*.

    Signals:
        read_again(): what was done until `look_again` is in the record.
    """

    read_again = Signal()

    def __init__(self, controller: Controller, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controller = controller

    @property
    def committed(self) -> int:
        """The last row that is in the record."""
        return self._controller.session.journal.committed

    def scopes(self) -> dict[str, Scope]:
        """The single endpoints and connections to choose from, with their names."""
        reader = self._controller.reader
        names = {
            item.id: item.name
            for item in reader.endpoints()
            if not item.name.startswith(LAB_PREFIX)
        }
        found: dict[str, Scope] = {name: (name, None) for name in names.values()}
        for item in reader.connections()[-CONNECTIONS:]:
            number = reader.number_of(item.id)
            if number is not None and item.parent is None and item.endpoint in names:
                name = names[item.endpoint]
                found[f"{name} #{number}"] = (name, item.id)
        return found

    def commands_of(self, scope: Scope) -> set[int]:
        """The rows of the commands of one of them."""
        return commands_of(self._controller.reader, *scope)

    def made(self, excerpt: Excerpt) -> Made:
        """The scenario, without what a lab did; raises Problem if there is none."""
        return made_of(self._controller.reader, replace(excerpt, without=LAB_PREFIX))

    def passwords(self) -> dict[str, str]:
        """The variable that is to hold the password, by endpoint whose key needed one here: no
        record contains the password itself.
        """
        session = self._controller.session
        tls = {name: session.settings(name).tls for name in session.endpoints}
        return {
            name: TYPED
            for name, item in tls.items()
            if item is not None and item.key_password is not None
        }

    def naming(self, text: str) -> str:
        """The text, with the names of the window's values wherever their texts occur."""
        rows = self._controller.values.in_force
        return toml_naming(text, {row.name: row.value for row in rows if not row.secret})

    def held_open(self, made: Scenario) -> list[str]:
        """The endpoints of the scenario that are open now, which a run stops."""
        session = self._controller.session
        return [
            settings.name
            for settings in made.endpoints
            if settings.name in session.endpoints and session.snapshot(settings.name).phase in OPEN
        ]

    def without_secrets(self, text: str, *, python: bool) -> str:
        """The text as it leaves the window, with environment variables in place of secrets."""
        with closing(self._controller.session.journal.reader()) as reader:
            known = secrets_in(reader.kept(SECRETS))
        return python_without(text, known, asks=True) if python else toml_without(text, known)

    @Slot()
    def look_again(self) -> None:
        """Emit a signal once everything done so far is in the record."""
        self._controller.after_commit(self, self.read_again.emit)
