"""What a scenario may reach beyond its folder and this machine; it is asked before anything starts.

A scenario may be a stranger's. Which variables and files it reads, what it runs, and where other
machines can reach it is known before anything starts, and has to be allowed by whoever begins it.
"""

from __future__ import annotations

import errno
import socket
from collections.abc import Collection
from enum import StrEnum
from pathlib import Path
from typing import Final

from workbench.engine.model import address as addresses
from workbench.engine.model.planned_calls import Purpose, own_address
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.sockets.traced_socket import SockAddress
from workbench.frozen import dataclass
from workbench.scenario.locate import Path as KeyPath
from workbench.texts import Problem


class Reach(StrEnum):
    """The kinds of things that can be asked for."""

    ENVIRONMENT = "env"
    FILE = "file"
    COMMAND = "command"
    BEYOND = "beyond"


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing that a scenario asks for.

    Attributes:
        what: the variable, file, command or address.
        path: the key of the file that asks for it.
    """

    reach: Reach
    what: str
    path: KeyPath

    @property
    def refusal(self) -> Problem:
        """The problem that a wish is not allowed, with the switch that allows it."""
        return Problem(f"scenario.asks_{self.reach.value}", what=self.what)


@dataclass(frozen=True, slots=True)
class Permissions:
    """What a scenario is allowed besides the variables it may read.

    Attributes:
        any_file: files outside its folder. allow_run: commands. beyond_loopback: addresses that
            other machines can reach.
    """

    any_file: bool = False
    allow_run: bool = False
    beyond_loopback: bool = False

    def allow(self, reach: Reach) -> bool:
        """Whether it is granted, whatever it is."""
        match reach:
            case Reach.ENVIRONMENT:
                return False
            case Reach.FILE:
                return self.any_file
            case Reach.COMMAND:
                return self.allow_run
            case Reach.BEYOND:
                return self.beyond_loopback


UNSAID: Final = Permissions(beyond_loopback=True)
"""Where nobody said anything: the session that runs it says who may reach its sockets."""


class Asked:
    """Collects what one file asks for while it is read.

    Attributes:
        refused: what is not allowed, in the order it was met.
        granted: what is.
        secrets: values that no sentence about the file may show.
    """

    def __init__(
        self, permissions: Permissions, environment: Collection[str], folder: Path | None
    ) -> None:
        """`environment`: variables that may be read. `folder`: that of the file; None: a text from
        nowhere, whose files are the caller's.
        """
        self._permissions = permissions
        self._environment = environment
        self._folder = folder
        self.refused: list[Wish] = []
        self.granted: list[Wish] = []
        self.secrets: list[str] = []

    def may(self, reach: Reach, what: str, path: KeyPath) -> bool:
        """Note a wish; returns whether it is granted."""
        read = reach is Reach.ENVIRONMENT and what in self._environment
        granted = read or self._permissions.allow(reach)
        wish, noted = Wish(reach, what, path), self.granted if granted else self.refused
        if wish not in noted:
            noted.append(wish)
        return granted

    @property
    def folder(self) -> str:
        """The folder that a command is run in; "": the working directory."""
        return "" if self._folder is None else str(self._folder)

    def file(self, name: str, path: KeyPath) -> str:
        """The path of a file that a scenario names; relative names refer to the scenario's folder.

        Links and `..` are resolved before it is decided where the file is.
        """
        if self._folder is None:
            return name
        there = name if name.startswith("~") else str(self._folder / name)
        try:
            real = Path(there).expanduser().resolve()
            inside = real.is_relative_to(self._folder.resolve()) and not _in_a_loop(real)
        except (OSError, RuntimeError, ValueError):  # a loop of links, no such user, a NUL
            inside = False
        if not inside:
            self.may(Reach.FILE, name, path)
        return there

    def address(self, settings: EndpointSettings, purpose: Purpose, path: KeyPath) -> None:
        """Check what an endpoint binds to, if the address alone says who can reach it.

        A name is looked up when it is bound to, and the engine refuses it then. What a stream binds
        to is not checked: nobody connects to that.
        """
        spec = None if settings.role is Role.STREAM else own_address(settings, purpose)
        if not spec or spec.startswith("@"):
            return
        try:
            place = addresses.numeric(addresses.parse(spec, settings.family), Path())
        except Problem:  # reported where the address is checked
            return
        self.sockaddr(place, spec, settings.family, path)

    def sockaddr(self, place: object, spec: str, family: str, path: KeyPath) -> None:
        """As `address`, for an address as a call takes it."""
        number = getattr(socket, family, None)
        if not isinstance(place, tuple) or number is None:
            return
        known: SockAddress = place
        said = any((wish.reach, wish.what) == (Reach.BEYOND, spec) for wish in self.refused)
        if addresses.beyond_loopback(known, int(number)) and not said:
            self.may(Reach.BEYOND, spec, path)


def _in_a_loop(path: Path) -> bool:
    """Whether the links of a path lead back to themselves: from Python 3.13 on, `resolve` leaves
    such a path as it is and raises nothing.
    """
    try:
        path.stat()
    except OSError as error:
        return error.errno == errno.ELOOP
    return False


def folder_of(path: Path) -> Path:
    """The folder that relative file names of a scenario refer to.

    For a scenario from a pipe it is the working directory (/dev/stdin, /dev/fd/63, but not what
    lies in memory, shm_overview(7)).
    """
    parts = path.absolute().parts
    piped = parts[1:2] in {("dev",), ("proc",)} and parts[1:3] != ("dev", "shm")
    return Path() if piped else path.parent
