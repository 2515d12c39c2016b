"""Records of tests stay where they are wanted, and the report says where."""

from __future__ import annotations

from contextlib import closing

import pytest

from tests.testing.conftest import Run, talk
from workbench.journal.reader import Reader
from workbench.testing.kept_records import ROWS

FILES = {
    "held": '{ do = "expect", endpoint = "client", text = "hello" }',
    "failed": '{ do = "expect", endpoint = "client", text = "help", within = 0.1 }',
}
TESTS = """
def test_held(workbench):
    workbench.server()

def test_failed(workbench):
    workbench.server()
    assert False
"""


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        ((), ["failed", "test_failed"]),
        (("--swb-records", "failed"), ["failed", "test_failed"]),
        (("--swb-records", "all"), ["failed", "held", "test_failed", "test_held"]),
        (("--swb-records", "none"), []),
    ],
)
def test_which_records_stay(
    pytester: pytest.Pytester, run: Run, wanted: tuple[str, ...], kept: list[str]
) -> None:
    for name, step in FILES.items():
        text = talk(step, top=f'title = "{name}"')
        (pytester.path / f"{name}.swt.toml").write_text(text)
    pytester.makepyfile(TESTS)
    result = run(*wanted)
    result.assert_outcomes(passed=2, failed=2)
    records = sorted((pytester.path / "records").rglob("record.swb"))
    assert [path.parent.name.split("-", 1)[1].rstrip("0") for path in records] == kept
    shown = result.stdout.str()
    for path in records:
        assert (f"The record is {path}" in shown) == ("failed" in path.parent.name)
        with closing(Reader(path)) as reader:
            assert reader.count() > 0
            assert not reader.crashed
    assert ("No record was kept" in shown) == (not kept)


def test_the_report_shows_the_end_of_a_long_log(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile("""
        def test_long(workbench):
            workbench.server()
            for number in range(30):
                workbench.do("note", text=f"note {number}.")
            assert False
    """)
    shown = run().stdout.str()
    assert "note 29." in shown
    assert "note 3." not in shown
    assert sum(" note 2" in line for line in shown.splitlines()) <= ROWS
