"""The table of responder kinds, which scenario, record, schema and window go by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, get_args

from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.responders.greet import Greet
from workbench.engine.model.responders.nothing import Nothing
from workbench.engine.model.responders.rules import Rules
from workbench.engine.model.responders.sink import Sink

Responder = Nothing | Greet | Echo | Sink | Rules
"""To offer another kind, add its file, and its name here."""
RESPONDERS: Final[Mapping[str, type[Responder]]] = {
    kind.name(): kind for kind in get_args(Responder)
}
"""By the name that a scenario has for it."""

FIELD_NAMES: Final[Mapping[str, str]] = {"otherwise": "else"}
"""Fields whose key in a scenario is a reserved word of Python."""
