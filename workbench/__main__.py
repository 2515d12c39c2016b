"""socket-workbench as a process: `python -m workbench`."""

from __future__ import annotations

import sys

if __name__ == "__main__":  # short: it is compiled before its first line can run
    from workbench.entry import main

    sys.exit(main())
