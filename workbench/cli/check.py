"""`check`: the check-up of a WebSocket server, or of a client that comes to a listener."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from workbench import interrupts
from workbench.checkup.case import Bench, CheckCase
from workbench.checkup.check_junit import write_junit
from workbench.checkup.check_verdict import CheckVerdict, Judged
from workbench.checkup.checkup import TOTAL, Begun, CheckResult, CheckUp, all_cases, bench_of
from workbench.cli import web_options
from workbench.cli.exit_status import FAILED, INTERRUPTED, OK
from workbench.cli.output import tell, write
from workbench.cli.printer import Printer
from workbench.cli.quick import family_of
from workbench.cli.run import new_session
from workbench.cli.runs import check_place
from workbench.engine.model.address import is_name
from workbench.engine.model.options import UNSPECIFIED
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.web_address import WEBSOCKET, has_scheme, spell_web
from workbench.journal.whole_file import write_text
from workbench.printable import width
from workbench.scenario.write import to_toml
from workbench.session import Session
from workbench.texts import Problem, reason_of, tr

_OF_CLIENT: Final = ("insecure", "server_name", "proxy")
"""Options that mean something only to who connects."""
_WORD: Final = 16
"""Columns of the verdict."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `check` to those that all commands take."""
    parser.add_argument("address", nargs="?", metavar="ADDRESS", help=tr("cli.help_check_address"))
    parser.add_argument("--listen", metavar="ADDRESS", help=tr("cli.help_check_listen"))
    parser.add_argument("-k", dest="named", metavar="NAME", help=tr("cli.help_check_named"))
    parser.add_argument("--junit", type=Path, metavar="FILE", help=tr("cli.help_check_junit"))
    parser.add_argument(
        "--scenarios", type=Path, metavar="FOLDER", help=tr("cli.help_check_scenarios")
    )
    web_options.add_common_options(parser, talks=False)
    web_options.add_client_options(parser)


def check(args: argparse.Namespace) -> int:
    """Try the cases and report each; 0: nothing strays, and all were tried.

    Raises:
        Problem: bad input; our own endpoint cannot be opened; not everything was recorded.
    """
    settings = _settings(args)
    bench = bench_of(settings)
    cases = _cases(bench, args.named)
    if args.junit is not None:
        check_place(args.junit)
    begun = datetime.now().astimezone().isoformat(timespec="seconds")
    with new_session(args) as session:
        result = _run(session, bench, cases, args)
    if result is None:
        return INTERRUPTED
    if args.scenarios is not None:
        _write_scenarios(result.bench, cases, args.scenarios)
    if args.junit is not None:
        try:
            write_junit(result, spelled(settings), args.junit, begun)
        except OSError as error:
            reason = reason_of(error)
            raise Problem("cli.cannot_write", path=str(args.junit), reason=reason) from error
    _say_end(result, args)
    return OK if result.ok else FAILED


# -- what is asked for ------------------------------------------------------------------------


def _settings(args: argparse.Namespace) -> EndpointSettings:
    """What was asked for. Raises Problem: no WebSocket, or an option that means nothing here."""
    if (args.address is None) == (args.listen is None):
        raise Problem("checkup.what")
    listens = args.listen is not None
    spec = _listened(args.listen) if listens else args.address
    given = next((name for name in _OF_CLIENT if listens and getattr(args, name)), None)
    if given is not None:
        raise Problem("checkup.of_client", option=given.replace("_", "-"))
    args.address = spec
    web = web_options.web_of(args)
    if WEBSOCKET not in web.layers:
        raise Problem("checkup.not_websocket", address=spec)
    family = family_of(web.address)
    if not listens and family == "AF_INET" and is_name(web.address):
        family = UNSPECIFIED
    role = Role.LISTENER if listens else Role.STREAM
    reuse = listens and os.name != "nt"
    return web.on(
        EndpointSettings(
            "check",
            role,
            family,
            address=web.address,
            options=(("SO_REUSEADDR", 1),) if reuse else (),
        )
    )


def _listened(spec: str) -> str:
    """A port alone is on this machine; an address without a scheme is a WebSocket without TLS."""
    if spec.isdecimal():
        return f"ws://127.0.0.1:{spec}"
    return spec if has_scheme(spec) else f"ws://{spec}"


def _cases(bench: Bench, named: str | None) -> Sequence[CheckCase]:
    """The cases that were named. Raises Problem: there is no such case."""
    found = [
        case
        for case in all_cases(listens=bench.listens)
        if named is None
        or any(named.casefold() in text.casefold() for text in (case.name, case.group, case.title))
    ]
    if not found:
        raise Problem("checkup.nothing_named", name=named)
    return found


def _write_scenarios(bench: Bench, cases: Sequence[CheckCase], folder: Path) -> None:
    """Write each case as a scenario file. Raises Problem: the folder cannot be written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number, case in enumerate(cases, 1):
            text = to_toml(case.scenario(bench))
            path = folder / f"{number:02}-{case.name}.toml"
            write_text(path, text)
    except OSError as error:
        raise Problem("cli.cannot_write", path=str(folder), reason=reason_of(error)) from error


# -- the run ----------------------------------------------------------------------------------


def _run(
    session: Session, bench: Bench, cases: Sequence[CheckCase], args: argparse.Namespace
) -> CheckResult | None:
    """The result of the check-up; None: it was interrupted."""
    shown = _Shown(args, len(cases))
    log = Printer(session) if args.json else None
    run = CheckUp(
        session,
        bench,
        cases=cases,
        timeout=TOTAL if args.timeout is None else args.timeout,
        told=shown.told,
        begun=shown.begun,
        waits=shown.waits,
    )
    try:
        if log is not None:
            log.start()
        with interrupts.telling(asked=run.cancel):
            result = run.run()
        return None if interrupts.asked() else result
    except KeyboardInterrupt:
        return None
    finally:
        session.stop_all_and_wait()
        if log is not None:
            log.finish()


class _Shown:
    """Prints the progress of a check-up."""

    def __init__(self, args: argparse.Namespace, count: int) -> None:
        self._quiet = args.json
        self._count = count
        self._number = 0

    def waits(self, address: str) -> None:
        """Report that a listener is open."""
        tell(tr("checkup.waiting", address=address, count=self._count + 1), error=True)

    def begun(self, begun: Begun) -> None:
        """Report that the first case is about to be tried."""
        if not self._quiet:
            write(f"{begun.sentence}\n")

    def told(self, judged: Judged) -> None:
        """Report the verdict on a case."""
        if self._quiet:
            return
        self._number += 1
        word = tr(f"checkup.verdict.{judged.verdict}")
        gap = " " * max(1, _WORD - width(word))
        write(
            f"{self._number:>3}  {word}{gap}{judged.case.title}\n"
            f"     {tr('checkup.line_says', says=judged.case.says)}\n"
            f"     {tr('checkup.line_did', did=judged.told)}\n"
        )


def _say_end(result: CheckResult, args: argparse.Namespace) -> None:
    if args.json:
        write(json.dumps({"check": plain(result)}) + "\n")
        if result.stopped is not None:
            tell(result.stopped, error=True)
        return
    strays = [item for item in result.judged if item.verdict is CheckVerdict.STRAYS]
    for item in strays:
        write(f"{item.word}  {item.case.title}\n")
    counts = {str(verdict): result.count(verdict) for verdict in CheckVerdict}
    write(tr("checkup.summary", **counts) + "\n")
    if result.stopped is not None:
        tell(result.stopped, error=True)


def plain(result: CheckResult) -> dict[str, object]:
    """The last line of --json; keys are only ever added."""
    return {
        "cases": [
            {
                "name": item.case.name,
                "group": str(item.case.group),
                "title": item.case.title,
                "section": item.case.section,
                "says": item.case.says,
                "did": item.told,
                "verdict": str(item.verdict),
                "seconds": round(item.seconds, 3),
            }
            for item in result.judged
        ],
        "echoes": result.bench.echoes,
        "pongs": result.bench.pongs,
        "stopped": None if result.stopped is None else result.stopped.text,
        "ok": result.ok,
    }


def spelled(settings: EndpointSettings) -> str:
    """The address with its scheme, as a person would write it."""
    path = settings.websocket.path if settings.websocket is not None else ""
    return spell_web(settings.address, settings.layers, path) or settings.address
