"""A table for a spreadsheet."""

from __future__ import annotations

import csv
import io

from tests.journal.conftest import Make, event
from workbench.journal.exports.csv_table import to_csv


def test_a_row_has_the_number_of_its_connection_and_what_was_not_kept(make: Make) -> None:
    out = io.StringIO(newline="")
    to_csv(
        make([event(endpoint=2, connection=2, args="=1+1", payload=b"ab", size=5, result=5)]),
        out,
        None,
    )
    assert out.getvalue().startswith("\ufeff")
    _, row = csv.DictReader(io.StringIO(out.getvalue().removeprefix("\ufeff"), newline=""))
    assert (row["connection"], row["number"], row["payload"]) == ("2", "1", "6162")
    assert (row["args"], row["not_kept"]) == ("'=1+1", "3")
