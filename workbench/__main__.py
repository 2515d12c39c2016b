"""socket-workbench: the window, or the command line where a subcommand is named."""

from __future__ import annotations

import sys

_COMMANDS = frozenset(
    {"run", "lab", "listen", "connect", "export", "--help", "-h", "--version"}
)


def main(argv: list[str] | None = None) -> int:
    """Run the program; returns its exit status."""
    args = sys.argv[1:] if argv is None else argv
    if any(arg in _COMMANDS for arg in args[:3]):
        from workbench.cli import main as command_line

        return command_line(args)
    try:
        from workbench.app import main as window
    except ImportError as error:
        from workbench.texts import set_language, system_language, tr

        set_language(system_language())
        print(tr("cli.no_qt", reason=str(error)), file=sys.stderr)
        return 2
    return window(args)


if __name__ == "__main__":
    sys.exit(main())
