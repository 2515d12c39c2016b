"""Values of socket options as they are typed and shown."""

from __future__ import annotations

from workbench.engine.model.settings import OptionValue
from workbench.texts import Problem


def show_value(value: OptionValue) -> str:
    """A value as it is typed: 1, or 1, 0 for a struct."""
    return ", ".join(str(part) for part in value) if isinstance(value, tuple) else str(value)


def parse_value(text: str) -> OptionValue:
    """A number, several separated by commas (SO_LINGER: on, seconds), or a name.

    Raises:
        Problem: nothing was typed.
    """
    text = text.strip()
    if not text:
        raise Problem("problem.option_empty")
    parts = [part.strip() for part in text.split(",")]
    try:
        numbers = tuple(int(part, 0) for part in parts)
    except ValueError:
        return text
    return numbers[0] if len(numbers) == 1 else numbers
