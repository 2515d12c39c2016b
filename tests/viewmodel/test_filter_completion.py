"""What is offered behind the cursor of the filter; each offer can be read as a filter."""

from __future__ import annotations

import pytest

from workbench.journal.occurring import Occurring
from workbench.journal.query import KEYS, parse
from workbench.viewmodel.completion import NOTHING
from workbench.viewmodel.filter_completion import complete_filter

KNOWN = Occurring(
    endpoint=("server-1", "client-1", "odd name"),
    call=("send", "sendto", "recv", "bind"),
    errno=("ECONNREFUSED", "EAGAIN"),
    peer=("127.0.0.1:40112",),
)


def offered(before: str) -> list[str]:
    """The whole texts that it may become."""
    found = complete_filter(before, KNOWN)
    return [before[: found.begin] + word for word in found.words]


@pytest.mark.parametrize(
    ("before", "some"),
    [
        ("ca", ["call:", "cause"]),
        ("CA", ["call:"]),
        ("size", ["size:", "size>", "size>=", "size<", "size<=", "size="]),
        ("call:", ["call:*", "call:send", "call:bind"]),
        ("call:se", ["call:send", "call:sendto"]),
        ("call:end", ["call:send"]),
        ("call:send|re", ["call:send|recv"]),
        ("-errno:ec", ["-errno:ECONNREFUSED"]),
        ("size>3 endpoint:cl", ["size>3 endpoint:client-1"]),
        ("endpoint:od", ['endpoint:"odd name"']),
        ('endpoint:"od', ['endpoint:"odd name"']),
        ("peer:127", ['peer:"127.0.0.1:40112"']),
        ("refus", ["errno:ECONNREFUSED"]),
        ("-cli", ["-endpoint:client-1"]),
    ],
)
def test_what_a_term_may_become(before: str, some: list[str]) -> None:
    found = offered(before)
    assert set(some) <= set(found), found


@pytest.mark.parametrize(
    "before",
    ["", "call:send ", "-", "#3", '"hello', "call:send", "size>", "text:a", "nokey:x", "hello"],
)
def test_nothing_is_offered_where_nothing_fits(before: str) -> None:
    assert complete_filter(before, KNOWN).words == () or before == "call:send"


def test_a_value_that_stands_there_is_offered_only_as_what_else_begins_so() -> None:
    assert offered("call:bind") == []
    assert offered("call:send") == ["call:send", "call:sendto"]


def test_without_a_record_the_keys_are_offered() -> None:
    assert "call:" in complete_filter("ca", Occurring()).words
    assert complete_filter("errno:", Occurring()).words == ("*",)
    assert complete_filter("endpoint:x", Occurring()) == NOTHING


def test_every_key_is_offered_and_every_value_can_be_read() -> None:
    for key in KEYS:
        assert any(text.startswith(key) for text in offered(key[:2])), key
    for begun in ("endpoint:", "call:", "errno:", "peer:", "-od", "12", "refus"):
        for text in offered(begun):
            assert parse(text) is not None
