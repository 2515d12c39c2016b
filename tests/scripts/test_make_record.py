"""The large record that is measured with: as long as was asked for, and what is rare is in it."""

from __future__ import annotations

import itertools
from contextlib import closing
from pathlib import Path

from make_record import LEAST, RARE_ERRNO, RARE_PEER, RARE_TEXT, make_record
from workbench.journal.query import parse, quoted
from workbench.journal.reader import Reader


def test_it_has_its_rows_and_three_of_each_kind_that_is_rare(tmp_path: Path) -> None:
    rows = LEAST + 7
    make_record(tmp_path / "made.swb", rows)
    with closing(Reader(tmp_path / "made.swb")) as reader:
        assert reader.count() == rows
        assert not reader.crashed
        page = reader.page(1, rows)
        assert [row.seq for row in page] == list(range(1, rows + 1))
        assert all(before.t_ns <= row.t_ns for before, row in itertools.pairwise(page))
        for text in (
            f"errno:{RARE_ERRNO}",
            f"text:{quoted(RARE_TEXT)}",
            f"peer:{quoted(RARE_PEER)}",
        ):
            found = [seq for part in reader.select(parse(text), 0, rows) for seq in part]
            assert len(found) == 3, text
            assert found[0] < rows / 4 < found[1] < rows * 0.6 < rows * 0.9 < found[2]
