"""A call without a descriptor for it."""

from __future__ import annotations

import os
import sys

import pytest

if sys.platform == "win32":
    pytest.skip("setrlimit is of Unix", allow_module_level=True)
from workbench.scenario.script_help.few_files import no_files


def test_no_descriptor_is_left_for_a_while() -> None:
    with no_files(), pytest.raises(OSError, match="Too many open files"):
        os.close(os.dup(0))
    os.close(os.dup(0))
