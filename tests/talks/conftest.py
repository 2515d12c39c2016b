"""Talks meet programs of Debian: on another system they are not even read."""

from __future__ import annotations

import sys

collect_ignore_glob = [] if sys.platform == "linux" else ["test_*.py"]
