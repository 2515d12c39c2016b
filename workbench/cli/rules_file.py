"""A file of rules for `listen --rules`: what a scenario has between the braces of its responder."""

from __future__ import annotations

import tomllib
from pathlib import Path

from workbench.engine.model.message_ends import Messages
from workbench.engine.model.responders.table import Responder
from workbench.scenario import values as v
from workbench.scenario.limits import LARGEST
from workbench.scenario.locate import line_of, locate
from workbench.scenario.messages_keys import messages
from workbench.scenario.model import ScenarioProblem
from workbench.scenario.responder_keys import responder
from workbench.scenario.syntax import explain_syntax
from workbench.texts import Problem, reason_of


def rules_of(path: Path) -> tuple[Responder, Messages | None]:
    """The responder, and where a message ends if the file says so.

    Raises:
        Problem: it cannot be read, or what is wrong in it with its line.
    """
    try:
        with path.open(encoding="utf-8-sig") as file:
            text = file.read(LARGEST)
    except (OSError, UnicodeDecodeError) as error:
        reason = reason_of(error) if isinstance(error, OSError) else str(error)
        raise Problem("scenario.unreadable", path=str(path), reason=reason) from error
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioProblem(str(path), *explain_syntax(error, text)) from error
    try:
        ends = messages(table, "messages", ()) if "messages" in table else None
        rules = {key: value for key, value in table.items() if key != "messages"}
        return responder({"responder": {"kind": "rules", **rules}}, "responder", ()), ends
    except v.Wrong as wrong:
        where = wrong.path[1:] if wrong.path[:1] == ("responder",) else wrong.path
        raise ScenarioProblem(str(path), line_of(locate(text), where), wrong.problem) from wrong
