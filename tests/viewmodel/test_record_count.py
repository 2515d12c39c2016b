"""What a record holds, in the words of the status bar."""

from __future__ import annotations

from workbench.viewmodel.record_count import RecordCount


def test_large_numbers_can_be_read() -> None:
    count = RecordCount(shown=12_345, recorded=1_234_567, rate=20_000)
    assert "12,345" in count.events_text
    assert "1,234,567" in count.events_text
    assert "20,000" in count.rate_text


def test_what_is_lost_is_said_otherwise_than_that_nothing_is() -> None:
    assert RecordCount().lost_text == "Lost: 0"
    assert "1,500" in RecordCount(lost=1_500).lost_text
    assert not RecordCount(lost=1).lost_text.startswith("Lost")
