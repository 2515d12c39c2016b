"""Starts the command line if a subcommand is named, else the window.

Importing this module, `wants_window` and `no_display` needs only the standard library:
scripts/run.py asks them before anything is installed.
"""

from __future__ import annotations

import builtins
import gc
import importlib
import os
import signal
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

COMMANDS: Final = frozenset({"run", "lab", "listen", "connect", "check", "export"})
_ANYWHERE: Final = frozenset({"-h", "--help", "--version"})


def _leave(_number: int, _frame: object) -> None:
    os._exit(130)


def _when_asked_to_end(handler: signal.Handlers | Callable[[int, object], None]) -> None:
    names = ("SIGHUP", "SIGINT", "SIGTERM", "SIGBREAK")  # the last one is that of Windows
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    for number in numbers:
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup(1)
            signal.signal(number, handler)
    if sys.platform != "win32":  # scripts/run.py holds them back until here
        signal.pthread_sigmask(signal.SIG_UNBLOCK, numbers)


def main(argv: list[str] | None = None) -> int:
    """Run the program; returns its exit status. Without `argv` this is the process's own main()."""
    if argv is not None:
        return _run(argv)
    # until something is open there is nothing to clean up; then `interrupts` takes over
    _when_asked_to_end(_leave)
    # nothing made before the program begins is garbage: `cli.main` and `app` turn it on again
    gc.disable()
    try:
        return _run(sys.argv[1:])
    finally:
        # everything is closed: what is left is the interpreter's own end, and the status stands
        _when_asked_to_end(signal.SIG_IGN)


def _run(args: list[str]) -> int:
    from workbench import debug

    debug.begin(args)
    if not wants_window(args):
        from workbench.cli.main import main as command_line

        return command_line(args)
    words = _no_command(args) or no_display(args, "socket-workbench")
    if words is None:
        words = _no_qt(args)
    if words:
        print(words, file=sys.stderr)
        return 2
    from workbench.app import main as window

    return window(args)


def import_qt() -> None:
    """Import Qt, and put Python's own `import` back.

    PySide replaces it with one that reads the source of every further module to see whether it asks
    for `__feature__`: none does, and this took a fifth of the time of all imports. The patterns
    with which PySide describes a wrong argument are compiled when one is passed.

    Raises:
        ImportError: it is missing, or what it needs of the system is.
    """
    from workbench.kept_code import code_kept
    from workbench.late_pattern import long_ones_late
    from workbench.quick_enum import make_qt_enums_quickly

    make_qt_enums_quickly()
    own = builtins.__import__
    try:
        with long_ones_late(), code_kept():
            importlib.import_module("PySide6.QtWidgets")
    finally:
        builtins.__import__ = own


def wants_window(args: list[str]) -> bool:
    """Whether these arguments open the window."""
    words = _without_common(args)
    return not (words and (words[0] in COMMANDS or not _ANYWHERE.isdisjoint(words)))


def _no_command(args: list[str]) -> str | None:
    """The problem that a word is neither a command nor a record; None: it may be one.

    A plain word without a suffix that names no file is far more often a misspelled command than the
    name of a new record.
    """
    word = next((word for word in _without_common(args) if not word.startswith("-")), "")
    if not (word.isascii() and word.isalpha()) or os.path.lexists(word):
        return None
    import difflib  # only needed for a misspelled word

    near = difflib.get_close_matches(word.lower(), sorted(COMMANDS), 1, 0.5)
    known = near or sorted(COMMANDS)
    return _say(args, "start.no_command", word=word, near=", ".join(known))


def no_display(args: list[str], command: str) -> str | None:
    """Two lines about the missing display and the ways on; None where there is one.

    Args:
        args: of the program; they may choose the language.
        command: how the person called the program.
    """
    if sys.platform in {"win32", "darwin"}:
        return None
    # a platform chosen by hand (offscreen, vnc, eglfs) needs neither X nor Wayland
    chosen = os.environ.get("QT_QPA_PLATFORM", "").split(":")[0]
    if chosen and not chosen.startswith(("xcb", "wayland")):
        return None
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        return None
    return _say(args, "start.no_display", command=command)


def _no_qt(args: list[str]) -> str | None:
    """Why Qt cannot be loaded; None: it can."""
    try:
        import_qt()
    except ImportError as error:
        if isinstance(error, ModuleNotFoundError):
            return _say(args, "start.no_pyside")
        return _say(args, "start.no_qt_libraries", reason=error)  # libEGL.so.1 and the like
    return None


def _without_common(args: list[str]) -> list[str]:
    """The arguments without `--lang X` and `--debug`, which may precede a subcommand."""
    words = [word for word in args if not word.startswith("--lang=") and word != "--debug"]
    if "--lang" in words:
        at = words.index("--lang")
        del words[at : at + 2]
    return words


def _say(args: list[str], key: str, **values: object) -> str:
    from workbench.texts import LANGUAGES, set_language, system_language, tr

    asked = [word.removeprefix("--lang=") for word in args]
    set_language(next((word for word in asked if word in LANGUAGES), system_language()))
    return tr(key, **values)
