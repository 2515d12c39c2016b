"""`lab`: runs demonstrations, and the backlog lab with its options and report."""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator, Sequence
from typing import Final

from workbench import interrupts
from workbench.cli.exit_status import FAILED, INTERRUPTED, OK
from workbench.cli.option_types import whole
from workbench.cli.output import tell
from workbench.cli.printer import Printer
from workbench.cli.run import new_session, run_scenario
from workbench.labs.backlog import BacklogRun
from workbench.labs.backlog_compare import Comparison, compare, readings
from workbench.labs.backlog_data import Family, Picture, Result
from workbench.labs.backlog_settings import BacklogSettings
from workbench.labs.backlog_words import ends, outcome, title
from workbench.labs.demos import demo, demos
from workbench.labs.modes.mode_table import MODES
from workbench.labs.modes.probe import probe
from workbench.printable import width
from workbench.scenario.outcome import failure_text
from workbench.scenario.runner import Runner
from workbench.session import Session
from workbench.texts import Problem, tr

NAME: Final = "backlog"
WIDTH: Final = 24
"""Characters of the column of names, and a gap."""
SHOWN: Final = 40
"""Clients with a line of their own; more are only counted."""
_OWN: Final = ("backlog", "clients", "every", "family", "mode", "accept_after")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `lab` to those that all commands take.

    The options of `lab backlog` stay None when absent, which means the lab's defaults.
    """
    parser.add_argument("name", nargs="?", metavar="NAME", help=tr("cli.help_name"))
    parser.add_argument("--list", action="store_true", help=tr("cli.help_list"))
    group = parser.add_argument_group(f"lab {NAME}")
    group.add_argument("--backlog", type=whole, metavar="N", help=tr("backlog.help_backlog"))
    group.add_argument("--clients", type=whole, metavar="M", help=tr("backlog.help_clients"))
    group.add_argument("--every", type=float, metavar="S", help=tr("backlog.help_every"))
    group.add_argument(
        "--family", choices=[item.value for item in Family], help=tr("backlog.help_family")
    )
    group.add_argument("--mode", choices=list(MODES), help=tr("backlog.help_mode"))
    group.add_argument(
        "--accept-after",
        type=float,
        metavar="S",
        dest="accept_after",
        help=tr("backlog.help_accept_after"),
    )


def lab(args: argparse.Namespace) -> int:
    """Run the demonstration that is named, or all of them, or list them; the exit status.

    Raises:
        Problem: there is none of that name, or it cannot run here.
    """
    if args.name == NAME and not args.list:
        settings = settings_of(args)
        with new_session(args) as session:
            return run_backlog(session, settings, as_json=args.json)
    refuse_options(args)
    if args.timeout == float("inf"):
        args.timeout = None
    if args.list or args.name is None:
        list_all()
        return OK
    if args.name == "all":
        return _check_all(args)
    found = demo(args.name)
    if found is None:
        known = (NAME, "all", *(item.name for item in demos()))
        raise Problem("cli.no_lab", name=args.name, known=", ".join(known))
    hindrance = found.hindrance()
    if hindrance is not None:
        raise Problem("demos.not_here", reason=hindrance)
    if not args.json:
        tell(found.shows)
    status = run_scenario(found.scenario(), args)
    if not args.json and found.your_turn:
        tell(tr("demos.your_turn", text=found.your_turn))
    return status


def _check_all(args: argparse.Namespace) -> int:
    """Run each demonstration once and print a line for each; the exit status."""
    counts = {"held": 0, "failed": 0, "skipped": 0}
    for item in demos():
        reason = item.why_not(beyond_loopback=args.beyond_loopback)
        if reason is not None:
            counts["skipped"] += 1
            tell(f"{item.name:<{WIDTH}}{tr('demos.not_here', reason=reason)}")
            continue
        with new_session(args) as session:
            runner = Runner(session, item.scenario(), timeout=args.timeout or 60.0)
            with interrupts.telling(asked=runner.interrupt):
                report = runner.run()
        interrupts.check()  # asked during the last one: no other is begun
        counts["held" if report.ok else "failed"] += 1
        shown = (
            tr("demos.held") if report.ok else tr("demos.failed", reason=report.steps[-1].reason)
        )
        tell(f"{item.name:<{WIDTH}}{shown}")
    tell(tr("demos.all", **counts))
    return FAILED if counts["failed"] else OK


def list_all() -> None:
    """List every lab: name, title, whether it works here, how long it takes, what it needs."""
    tell(f"{NAME:<{WIDTH}}{tr('backlog.name')}  [{'; '.join(_private_modes())}]")
    for item in demos():
        hindrance = item.hindrance()
        facts = [tr("demos.here") if hindrance is None else tr("demos.not_here", reason=hindrance)]
        facts.append(
            tr("demos.moment") if item.seconds < 0.5 else tr("demos.seconds", seconds=item.seconds)
        )
        if item.beyond_loopback:
            facts.append(tr("demos.needs_beyond"))
        tell(f"{item.name:<{WIDTH}}{item.title}  [{'; '.join(facts)}]")


def _private_modes() -> Iterator[str]:
    """Whether each mode that needs a private network works here, found by trying."""
    found = probe()
    for mode in MODES.values():
        if not mode.private:
            continue
        hindrance = found.get(mode.name)
        fact = tr("demos.here") if hindrance is None else tr("demos.not_here", reason=hindrance)
        yield f"--mode {mode.name}: {fact}"


def refuse_options(args: argparse.Namespace) -> None:
    """Raises Problem for an option that only lab backlog has: it would have no effect."""
    for name in _OWN:
        if getattr(args, name) is not None:
            raise Problem("backlog.bad_option", option="--" + name.replace("_", "-"))


def settings_of(args: argparse.Namespace) -> BacklogSettings:
    """The settings that the arguments ask for. Raises Problem: the lab cannot run with them."""
    given = {name: getattr(args, name) for name in _OWN if getattr(args, name) is not None}
    if "family" in given:
        given["family"] = Family(given["family"])
    if "mode" in given:
        given["mode"] = MODES[given["mode"]]
    if args.timeout is not None:
        given["timeout"] = None if args.timeout == math.inf else args.timeout
    settings = BacklogSettings(**given)
    settings.check()
    return settings


def run_backlog(session: Session, settings: BacklogSettings, *, as_json: bool) -> int:
    """Run the lab to its end, or until Ctrl-C; returns the exit status."""
    run = BacklogRun(session, settings)
    try:
        with interrupts.telling(asked=run.give_up_preparing):
            run.prepare()
    except Problem:
        interrupts.check()
        raise
    tell(f"{title(settings)} {ends(settings)}", error=as_json)
    printer = Printer(session) if as_json else None
    status = OK
    if printer is not None:
        printer.start()
    try:
        run.start()
        with interrupts.telling(asked=run.give_up):
            run.wait()
        interrupts.check()
    except KeyboardInterrupt:
        status = INTERRUPTED
    finally:
        run.stop()
        if printer is not None:
            printer.finish()
    if run.failure is not None:
        tell(failure_text(run.failure), error=True)
        return FAILED
    result = run.result()
    if as_json:
        tell(result.json())
    else:
        report(result, settings, run.picture())
    return status or (FAILED if result.error else OK)


def report(result: Result, settings: BacklogSettings, picture: Picture) -> None:
    """The clients and the comparison, in words."""
    head = ("#", tr("backlog.head_local"), tr("backlog.head_outcome"))
    lines = [
        (str(view.number), view.local or "–", outcome(view, settings, picture.time))
        for view in picture.clients[:SHOWN]
    ]
    tell("")
    _table([head, *lines])
    if len(picture.clients) > SHOWN:
        tell("  " + tr("backlog.more_clients", count=len(picture.clients) - SHOWN))
    tell("")
    _comparison(compare(result), result)


def _comparison(found: Comparison, result: Result) -> None:
    head = ("", tr("backlog.head_article"), tr("backlog.head_observed"))
    _table([head, *((row.label, str(row.article), str(row.observed)) for row in found.rows)])
    tell("")
    tell(tr("backlog.article", claim=result.claim))
    read = readings(result)
    if read:
        tell(read)
    for key, reasons in (
        ("why", found.reasons),
        ("elsewhere", found.elsewhere),
        ("ways", found.ways),
    ):
        tell(tr(f"backlog.head_{key}", os=result.os))
        for reason in reasons:
            tell(f"  - {reason.text}")


def _table(rows: Sequence[tuple[str, ...]]) -> None:
    widths = [max(width(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    for row in rows:
        cells = [cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths, strict=False)]
        tell("  " + "  ".join([*cells, row[-1]]))
