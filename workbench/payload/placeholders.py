"""Placeholders in a text that is sent: {counter}, {time} and {random:n}."""

from __future__ import annotations

import datetime
import random
import re
import string
from typing import Final

_PLACEHOLDER: Final = re.compile(r"\{(counter|time|random:(\d{1,4}))\}")
_LETTERS: Final = string.ascii_letters + string.digits


def expand(text: str, counter: int) -> str:
    """Each placeholder replaced; other braces stay as they are.

    {counter}: `counter` · {time}: local time with milliseconds and zone (ISO 8601) ·
    {random:n}: n letters and digits.
    """

    def value(found: re.Match[str]) -> str:
        if found.group(1) == "counter":
            return str(counter)
        if found.group(1) == "time":
            return datetime.datetime.now().astimezone().isoformat(timespec="milliseconds")
        return "".join(random.choices(_LETTERS, k=int(found.group(2))))  # noqa: S311 - no secret

    return _PLACEHOLDER.sub(value, text)


def varies(text: str) -> bool:
    """Whether two sends of it may differ in more than the counter."""
    return any(found.group(1) != "counter" for found in _PLACEHOLDER.finditer(text))


def has_placeholders(text: str) -> bool:
    """Whether `expand` would change anything."""
    return _PLACEHOLDER.search(text) is not None
