"""Names of records, in a store of plain lists."""

from __future__ import annotations

from pathlib import Path

from tests.viewmodel.test_saved_messages import Lists
from workbench.viewmodel.record_names import LONGEST, MOST, RecordNames

RECORD = Path("/records/2026-11-23 12-00.swb")


def test_a_record_has_the_name_that_it_was_given_last() -> None:
    store = Lists()
    names = RecordNames(store)
    assert names.of(RECORD) == "2026-11-23 12-00"
    names.name(RECORD, "  the\nreset ")
    assert RecordNames(store).of(RECORD) == "the reset (2026-11-23 12-00)"
    names.name(RECORD, "x" * 500)
    assert names.given(RECORD) == "x" * LONGEST
    names.name(RECORD, "")
    assert names.of(RECORD) == RECORD.stem


def test_the_newest_names_stay() -> None:
    store = Lists()
    names = RecordNames(store)
    for number in range(MOST + 1):
        names.name(Path(f"{number}.swb"), f"n{number}")
    assert names.given(Path("0.swb")) == ""
    assert names.given(Path(f"{MOST}.swb")) == f"n{MOST}"
    store.kept["record_names"] = [{"record": 3}, {}]
    assert names.of(RECORD) == RECORD.stem
