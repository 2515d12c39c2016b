"""Exports a scenario as a plain Python script: the same calls, using only the standard library.

`left_out` says what plain sockets have no counterpart of; the script then builds on
`workbench.testing` instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from workbench.engine.model.settings import EndpointSettings
from workbench.literals import docstring, literal
from workbench.scenario.code_asking import PART, asking
from workbench.scenario.code_calls import ScriptSteps, sockets_of
from workbench.scenario.code_help import SEARCHING, HelpText, parts_of
from workbench.scenario.code_pytest import on_testing
from workbench.scenario.code_sockets import what_is_left_out
from workbench.scenario.code_steps import own_values, recoded_values
from workbench.scenario.code_until import LOOK, looks
from workbench.scenario.rounds import ROUND
from workbench.scenario.steps import Scenario


def to_python(scenario: Scenario) -> str:
    """A script that does what the scenario does.

    It uses plain sockets; if those have no counterpart of something (layers, proxies, `reconnect`
    …), it is run by the program's own engine instead, and says so at the top.
    """
    plain = of_plain_sockets(scenario)
    missing = [*what_is_left_out(plain), *own_values(scenario), *recoded_values(scenario)]
    return on_testing(scenario, missing) if missing else plain


def of_plain_sockets(scenario: Scenario) -> str:
    """A script that makes the scenario's calls in order with blocking sockets.

    What endpoints do by themselves (accept, read, answer) is done by a thread of its helper; those
    parts of the helper that are needed are at the top of the script. What has no counterpart
    becomes a comment. The scenario may be a stranger's: each of its texts becomes a literal or a
    comment, and only names that we know become code.
    """
    script = ScriptSteps(scenario)
    body = script.steps(scenario.steps)
    classes = script.classes()
    hidden = script.hidden(scenario)
    if "filling" in script.needs:
        script.needs |= {"noted_socket", "checksum"}
    asks = asking(scenario, script.commands)
    parts = parts_of({*script.needs, PART} if asks else script.needs)
    lines = [docstring(scenario.title), "", *_helper(script, parts), *_values(script), *asks]
    lines += _variables(script, scenario.endpoints)
    if looks(scenario.steps):
        lines += [*LOOK.splitlines(), "", ""]
    return "\n".join([*lines, *hidden, *classes, *body, *_end(script)]) + "\n"


def _helper(script: ScriptSteps, parts: Sequence[HelpText]) -> list[str]:
    """The imports, and the parts of the helper."""
    imports = {"import socket", "import time"}.union(*(part.imports for part in parts))
    imports |= {f"import {name}" for name in script.modules}
    future = "from __future__ import annotations"
    lines = [future, ""] if parts else []
    lines += [*sorted(imports - {future}, key=lambda line: (line.startswith("from "), line)), ""]
    for part in parts:
        lines += ["", f"# -- {part.about}", "", *part.body.splitlines(), ""]
    if parts:
        return [*lines, "", "# -- the scenario", ""]
    return [*lines, "where = {}  # endpoint -> address, known once it is bound", ""]


def _values(script: ScriptSteps) -> list[str]:
    """The values that the script begins with."""
    lines = ["searcher.begin()"] if SEARCHING in script.needs else []
    if "filling" in script.needs and script.first:
        first = {name: str(value).encode() for name, value in script.first.items()}
        lines.append(f"values.update({literal(first)})")
    if "json_texts" in script.needs and script.first:
        kinds = {name: not isinstance(value, str) for name, value in script.first.items()}
        lines.append(f"literally.update({literal(kinds)})")
    if "json_texts" in script.needs and script.counts:
        lines.append(f"literally[{literal(ROUND)}] = True")
    return lines


def _variables(script: ScriptSteps, endpoints: Iterable[EndpointSettings]) -> list[str]:
    """The variables of the script, before anything is done."""
    sockets = [name for item in endpoints for name in sockets_of(item, script.names)]
    lines = [f"{name} = None" for name in sockets]
    lines += ["address = None  # of the datagram that came last"]
    if script.temporary:
        lines.append("folder = tempfile.mkdtemp()  # of paths that are the script's own")
        lines.append("atexit.register(shutil.rmtree, folder, True)")
    if script.goes_on:
        lines.append("failures = []  # of steps that others follow all the same")
    return [*lines, ""]


def _end(script: ScriptSteps) -> list[str]:
    """The lines that follow when all steps are done."""
    end = ["", "end_programs()"] if "other_programs" in script.needs else []
    end += ["", "close_all()"] if "by_itself" in script.needs else []
    end += ["assert not failures, failures"] if script.goes_on else []
    return end
