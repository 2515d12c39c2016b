"""Values of options, from text and back."""

from __future__ import annotations

import pytest

from workbench.engine.model.settings import OptionValue
from workbench.texts import Problem
from workbench.viewmodel.option_text import parse_value, show_value


@pytest.mark.parametrize(
    ("text", "value"), [("1", 1), ("0x10", 16), ("1, 0", (1, 0)), (" eth0 ", "eth0")]
)
def test_a_number_a_struct_or_a_name(text: str, value: OptionValue) -> None:
    assert parse_value(text) == value
    assert parse_value(show_value(value)) == value


def test_nothing_is_no_value() -> None:
    with pytest.raises(Problem):
        parse_value("  ")
