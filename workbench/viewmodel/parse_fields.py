"""Parses what is typed into set-up fields; bad input is a Problem with a way out."""

from __future__ import annotations

from typing import Final

from workbench.texts import Problem, tr

BACKLOG_MOST: Final = 2**31 - 1
BUFSIZE_MOST: Final = 2**30
COUNT_MOST: Final = 10_000
TIMEOUT_MOST: Final = 1e6


def _whole(text: str, key: str, least: int, most: int) -> int:
    shown = text.strip()
    try:
        if not shown.isascii():
            raise ValueError
        value = int(shown)
    except ValueError:
        raise Problem(f"problem.{key}_text", value=shown) from None
    if not least <= value <= most:
        raise Problem(f"problem.{key}_range", value=value, least=least, most=most)
    return value


def parse_port(text: str, *, zero: bool) -> int:
    """A port number; 0 (the kernel chooses) only if `zero` allows it."""
    value = _whole(text, "port", 0, 65535)
    if value == 0 and not zero:
        raise Problem("problem.port_zero")
    return value


def parse_backlog(text: str) -> int:
    return _whole(text, "backlog", 0, BACKLOG_MOST)


def parse_bufsize(text: str) -> int:
    """recv's argument in bytes."""
    return _whole(text, "bufsize", 1, BUFSIZE_MOST)


def parse_count(text: str) -> int:
    return _whole(text, "count", 1, COUNT_MOST)


def parse_timeout(text: str) -> float | None:
    """Seconds; None (wait for ever) for an empty field or its own word for it."""
    shown = text.strip()
    none = tr("choice.timeout_none").lower()
    if shown.lower() in ("", "none", none, none.partition("(")[0].strip()):
        return None
    number = shown.removesuffix("秒").removesuffix("s").strip()
    try:
        value = float(number)
    except ValueError:
        raise Problem("problem.timeout_text", value=shown) from None
    if value < 0:
        raise Problem("problem.timeout_negative", value=number)
    if not value <= TIMEOUT_MOST:
        raise Problem("problem.timeout_range", value=number)
    return value


def show_timeout(value: float | None) -> str:
    """The value as the field spells it: "3.0 s"."""
    return tr("choice.timeout_none") if value is None else f"{float(value)!r} s"


def parse_whole(text: str, *, least: int, most: int) -> int:
    """A whole number, for a field that has no special words."""
    shown = text.strip()
    try:
        value = int(shown)
    except ValueError:
        raise Problem("problem.number_text", value=shown, example=max(least, 1)) from None
    if not least <= value <= most:
        raise Problem("problem.number_range", value=value, least=least, most=f"{most:,}")
    return value


def parse_seconds(text: str) -> float:
    """Seconds from 0 on, for a wait between two actions."""
    shown = text.strip().removesuffix("秒").removesuffix("s").strip()
    try:
        value = float(shown)
    except ValueError:
        raise Problem("problem.number_text", value=shown, example="0.5") from None
    if not 0 <= value <= TIMEOUT_MOST:
        raise Problem("problem.number_range", value=shown, least=0, most=f"{TIMEOUT_MOST:,.0f}")
    return value
