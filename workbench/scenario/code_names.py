"""Export: valid and unique Python names for endpoints."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable

from workbench.engine.model.settings import EndpointSettings
from workbench.scenario.code_help import all_names

_TAKEN = frozenset(
    {
        *("address", "data", "error", "peer", "socket", "time", "where", "look", "met", "folder"),
        *(
            "errno",
            "os",
            "port",
            "tempfile",
            "until",
            "resource",
            "binascii",
            "sock",
            "counter",
            "failures",
            "place",
            "taken",
            "found",
        ),
        *keyword.kwlist,
        *dir(builtins),
    }
)
"""Names that the script itself uses, or may."""
_OF_LOOPS = re.compile(r"(round|met)\d+\Z|Answers_")
_NO_NAME = re.compile(r"[^A-Za-z0-9_]")


def variables(endpoints: Iterable[EndpointSettings], also: Iterable[str] = ()) -> dict[str, str]:
    """Each endpoint's name as a unique Python variable, which is none of `also` either."""
    found: dict[str, str] = {}
    used: set[str] = set()
    taken = _TAKEN | all_names() | {*also}
    for item in endpoints:
        plain = _NO_NAME.sub("_", item.name).lstrip("_")
        if not plain or plain[0].isdigit():
            plain = f"endpoint_{plain}"
        while {plain, f"{plain}_conn"} & (used | taken) or _OF_LOOPS.match(plain):
            plain += "_"
        used |= {plain, f"{plain}_conn"}
        found[item.name] = plain
    return found
