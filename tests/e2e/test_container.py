"""In an ordinary container, where unshare, mount and setns are forbidden: said, and in Chinese too.

The whole suite passes there as well: run it with `tests/container.py` before the command.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests import container
from tests.cli_process import PROGRAM, ROOT, run_command
from tests.words import untranslated

pytestmark = pytest.mark.skipif(
    not container.supported(),
    reason="needs a seccomp filter, which "
    "this system lacks or whose numbers tests/container.py lacks",
)
CONFINED = (sys.executable, str(ROOT / "tests" / "container.py"))


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_list_of_labs_says_what_is_forbidden(language: str) -> None:
    status, out, err = run_command(*CONFINED, *PROGRAM, "lab", "--list", "--lang", language)
    first = out.splitlines()[0]
    assert (status, err) == (0, "")
    assert first.count("unshare()") == 2
    assert first.count("EPERM") == 2
    if language == "zh_CN":
        assert not untranslated(first)


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_a_lab_that_needs_a_namespace_is_refused_in_one_sentence(language: str) -> None:
    status, out, err = run_command(
        *CONFINED, *PROGRAM, "lab", "backlog", "--mode", "abort", "--lang", language
    )
    assert (status, out) == (2, "")
    assert "EPERM" in err
    if language == "zh_CN":
        assert not untranslated(err)


def test_the_filter_forbids_what_a_container_forbids_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "probe.py").write_text(
        "import ctypes, os, subprocess, threading\n"
        "c = ctypes.CDLL(None, use_errno=True)\n"
        "def refused(done): return (done, ctypes.get_errno()) == (-1, 1)\n"
        "assert refused(c.unshare(0x40000000))\n"
        "assert refused(c.unshare(0x10000000))\n"
        "assert refused(c.mount(b'none', b'/', b'tmpfs', 0, None))\n"
        "assert refused(c.setns(os.open('/proc/self/ns/net', os.O_RDONLY), 0))\n"
        "assert subprocess.run(['true']).returncode == 0\n"
        "thread = threading.Thread(target=print, args=('lives',)); thread.start(); thread.join()\n"
    )
    assert run_command(*CONFINED, sys.executable, tmp_path / "probe.py") == (0, "lives\n", "")
