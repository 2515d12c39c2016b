"""The rows of a view, learned piece by piece from both ends, against one pass over all of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.engine.model.events import CALL, END, NOTE, ConnectionOpened, EndpointAdded, Event
from workbench.journal.query import parse
from workbench.journal.reader import Reader
from workbench.journal.recorder import Recorder
from workbench.viewmodel.row_index import SPAN
from workbench.viewmodel.shown_rows import ShownRows, View, whole_spans

WAITING = (None, "EINPROGRESS", "BlockingIOError")
KINDS = {
    "recv": (CALL, "recv", 3, None, None),
    "empty": (CALL, "recv", None, "EAGAIN", "BlockingIOError"),
    "option": (CALL, "getsockopt", 0, None, None),
    "begins": (CALL, "connect", *WAITING),
    "ends": (END, "connect", 0, None, None),
    "note": (NOTE, "note", None, None, None),
}
VIEWS = (
    View(),
    View(None, False),
    View(parse("call:recv|connect"), True),
    View(parse("-call:recv"), False),
    View(None, True, 7),
)


@contextmanager
def record(path: Path, rows: list[tuple[str, int]]) -> Iterator[Reader]:
    recorder = Recorder(path)
    recorder.start()
    recorder.put(EndpointAdded(1, "client", "stream", "AF_INET", "SOCK_STREAM", "{}"))
    for number in (1, 2):
        recorder.put(ConnectionOpened(number, 1, None, None, None))
    for name, connection in rows:
        kind, call, result, errno, error = KINDS[name]
        recorder.put(Event(0, 0, 1, connection, kind, call, "", result, errno, error))  # type: ignore[arg-type]
    recorder.close()
    with closing(Reader(path)) as reader:
        yield reader
    path.unlink()


def learn(rows: ShownRows, reader: Reader, shown: list[int], after: int, upto: int) -> None:
    """As the log does it; `shown` follows what it would tell its view."""
    learned = rows.learn(rows.view.look(reader, after, upto))
    assert learned is not None
    place, stretch, _ended = learned
    shown[place:place] = stretch.numbers()
    rows.add(stretch)
    closing = rows.closing()
    if closing is not None:
        for seq in closing[0]:
            del shown[rows.before(seq)]
            rows.hide([seq])
        rows.close()


def numbers(rows: ShownRows) -> list[int]:
    return [rows.at(row) for row in range(len(rows))]


def plain(view: View, reader: Reader) -> list[int]:
    """The same, written down from the words: row by row, in order."""
    chosen = None
    if view.condition is not None:
        chosen = {s for part in reader.select(view.condition, 0, reader.count()) for s in part}
    waiting: set[int | None] = set()
    found = []
    for row in reader.page(view.after + 1, reader.count()):
        if chosen is not None and row.seq not in chosen:
            continue
        if view.joins and row.call == "connect":
            if row.kind == CALL:
                waiting.add(row.connection)
            elif row.connection in waiting:
                waiting.discard(row.connection)
                continue  # shown in the row in which it began
        elif view.main_only and (
            (row.errno in ("EAGAIN", "EINPROGRESS") and row.kind == CALL)
            or row.call in ("getsockopt", "record")
        ):
            continue
        found.append(row.seq)
    return found


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    events=st.lists(
        st.tuples(st.sampled_from(sorted(KINDS)), st.sampled_from([1, 2])), min_size=12, max_size=60
    ),
    view=st.sampled_from([View(), *VIEWS]),
    steps=st.lists(st.tuples(st.booleans(), st.integers(1, 9)), max_size=20),
    gap=st.integers(3, 30),
)
def test_whatever_comes_first_the_rows_are_the_same_in_the_end(
    tmp_path: Path,
    events: list[tuple[str, int]],
    view: View,
    steps: list[tuple[bool, int]],
    gap: int,
) -> None:
    with record(tmp_path / "r.swb", events) as reader:
        last = reader.count()
        rows, shown = ShownRows(view), list[int]()
        rows.leave_gap(min(last, view.after + gap))
        for beginning, size in [(False, 9), *steps, *[(True, 5), (False, 5)] * last]:
            if beginning and rows.gap_upto is not None:
                learn(
                    rows, reader, shown, rows.head_upto, min(rows.gap_upto, rows.head_upto + size)
                )
            elif rows.upto < last:
                learn(rows, reader, shown, rows.upto, min(last, rows.upto + size))
            assert numbers(rows) == shown, "what was told is what there is"
            assert shown == sorted(set(shown)), "in order, none twice"
            assert rows.run(size, 9) == shown[size : size + 9]
        assert rows.gap_upto is None
        assert rows.upto == last
        assert rows.looked_at == last - view.after
        assert shown == plain(view, reader)
        for row, seq in enumerate(shown):
            end = rows.end_of(seq)
            assert rows.place_of(seq) == row
            assert end is None or rows.place_of(end) == row


def test_a_piece_that_does_not_follow_is_none_of_it(tmp_path: Path) -> None:
    with record(tmp_path / "r.swb", [("recv", 1)] * 9) as reader:
        rows = ShownRows(View())
        assert rows.learn(rows.view.look(reader, 3, 5)) is None
        rows.leave_gap(6)
        assert rows.learn(rows.view.look(reader, 6, 8)) is not None


@pytest.mark.parametrize("gap", [None, 4])
def test_what_was_hidden_is_shown_again_where_the_view_shows_it(
    tmp_path: Path, gap: int | None
) -> None:
    events = [("recv", 1), ("empty", 1), ("begins", 2), ("recv", 1), ("ends", 2), ("note", 1)]
    with record(tmp_path / "r.swb", events) as reader:
        rows, shown = ShownRows(View()), list[int]()
        if gap is not None:
            rows.leave_gap(gap)
            learn(rows, reader, shown, gap, 7)
        learn(rows, reader, shown, 0, gap or 7)
        before = numbers(rows)
        assert before == [2, 4, 5, 7]
        rows.hide([4, 5, 7])
        assert numbers(rows) == [2]
        rows.show_again(reader, [3, 4, 5, 6, 7], 2, 99)
        assert numbers(rows) == before


def test_spans_hold_what_a_stretch_can() -> None:
    assert whole_spans(5, 5) == []
    assert whole_spans(5, 2 * SPAN) == [(5, 5 + SPAN), (5 + SPAN, 2 * SPAN)]
