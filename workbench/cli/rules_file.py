"""A file of rules for `listen --rules`: the keys of a scenario's responder of rules."""

from __future__ import annotations

from pathlib import Path

from workbench.engine.model.message_ends import Messages
from workbench.engine.model.responders.table import Responder
from workbench.scenario import values as v
from workbench.scenario.limits import check_numbers
from workbench.scenario.locate import line_of, locate
from workbench.scenario.messages_keys import messages
from workbench.scenario.model import ScenarioProblem, read_text, table_of
from workbench.scenario.permissions import Asked, Permissions, folder_of
from workbench.scenario.responder_keys import responder, with_files


def rules_of(path: Path) -> tuple[Responder, Messages | None]:
    """The responder, and where a message ends, if the file says that.

    Raises:
        Problem: it cannot be read, or what is wrong in it with its line.
    """
    text = read_text(path)
    table = table_of(text, str(path))
    try:
        check_numbers(table)
        ends = messages(table, "messages", ()) if "messages" in table else None
        rules = {key: value for key, value in table.items() if key != "messages"}
        made = responder({"responder": {"kind": "rules", **rules}}, "responder", ())
        asked = Asked(Permissions(), (), folder_of(path))
        made = with_files(made, (), asked)
        for wish in asked.refused:  # a stranger may have written the file
            raise v.wrong(wish.path, "cli.rules_file_outside", path=wish.what)
        return made, ends
    except v.Wrong as wrong:
        where = wrong.path[1:] if wrong.path[:1] == ("responder",) else wrong.path
        raise ScenarioProblem(str(path), line_of(locate(text), where), wrong.problem) from wrong
