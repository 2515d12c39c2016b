"""Names of tabs: which are allowed, and name and port for a duplicate."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from workbench.engine.model import address
from workbench.late_pattern import late_pattern
from workbench.texts import Problem
from workbench.viewmodel.address_form import UNIX, Where
from workbench.viewmodel.default_endpoints import LAB_PREFIX, free_name

HIGHEST_PORT: Final = 65535
LONGEST: Final = 60
"""Characters of a name: a tab, and each row of the log, shows it."""
_NUMBERED: Final = late_pattern(r"(.+?)-[0-9]+\Z")


def checked(name: str, taken: Collection[str]) -> str:
    """A name that an endpoint may have.

    Raises:
        Problem: it is none, or another one has it.
    """
    bare = name.strip()
    if not address.names_endpoint(bare) or len(bare) > LONGEST:
        raise Problem("problem.tab_name", name=bare[:LONGEST], most=LONGEST)
    if bare.startswith(LAB_PREFIX):
        raise Problem("problem.tab_name_lab", name=bare, prefix=LAB_PREFIX)
    if bare in taken:
        raise Problem("engine.name_taken", name=bare)
    return bare


def name_beside(name: str, taken: Collection[str]) -> str:
    """A name for a second endpoint like this one: server-2 beside server-1."""
    numbered = _NUMBERED.match(name)
    return free_name(numbered[1] if numbered else name, {*taken, name})


def place_beside(where: Where, taken: Collection[tuple[str, str]]) -> Where:
    """The address for a second one like it: the next port, or another path.

    `taken`: host and port of the existing ones, as typed. What the kernel chooses, and what makes
    no sense, stays.
    """
    host = where.host.strip()
    if host.startswith("@"):
        return where
    if where.family == UNIX:
        paths = {found for found, _ in taken}
        return replace(where, host=name_beside(host, paths)) if host in paths else where
    if not (where.port.isascii() and where.port.isdigit()) or int(where.port) == 0:
        return where
    ports = {port for _, port in taken}
    free = int(where.port)
    while str(free) in ports and free < HIGHEST_PORT:
        free += 1
    return replace(where, port=str(free))
