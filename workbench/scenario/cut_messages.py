"""What can be said of a message of which a read took only the beginning (recvfrom(2), MSG_TRUNC).

The rest is gone, so that nobody knows what the whole was. Such a message is what is expected if
that stands in what was taken, whatever followed; or if the expectation says the size that the
message had, and so is about what was taken.
"""

from __future__ import annotations

from workbench.journal.reader import Row
from workbench.payload.characters import decoded
from workbench.payload.patterns import EXPECT_TIME, Pattern
from workbench.scenario.needle import Needle
from workbench.scenario.steps import Expect
from workbench.scenario.what_came import READS


def was_cut(row: Row) -> bool:
    """Whether a message had more bytes than are known."""
    return row.call in READS and row.payload is not None and (row.size or 0) > len(row.payload)


def meets(expect: Expect, needle: Needle, row: Row) -> bool:
    """Whether a row's message is what is expected. Raises TooSlow."""
    if row.payload is None or not needle.is_message(row.payload):
        return False
    if not was_cut(row) or expect.size is not None or expect.contains is not None:
        return True
    if not isinstance(needle.pattern, Pattern):
        return False
    found = needle.pattern.search(decoded(row.payload, needle.encoding), EXPECT_TIME)
    return found is not None and not found.grows


def may_have_met(expect: Expect, needle: Needle, row: Row) -> bool:
    """Whether the rest of a message decides if it was what is expected, which it is not as far as
    it is known.
    """
    if not was_cut(row) or expect.size is not None:
        return False
    begin = row.payload or b""
    if needle.exact:
        return any(len(one) == row.size and one.startswith(begin) for one in needle.exact)
    return True
