"""Sorts a small batch of events by when their calls began, so that a send precedes its recv."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from workbench.engine.model.events import (
    ConnectionClosed,
    ConnectionNamed,
    ConnectionOpened,
    EndpointAdded,
    Event,
    SampleTaken,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

Kept = TypeVar("Kept")


def in_order(items: Sequence[Kept]) -> list[Kept]:
    """Events of several endpoints by when their calls began: a send before the recv it led to.

    A call is put when it has come back, so the peer's thread may be quicker. What one endpoint did
    stays in its order, including its facts (a connection opened, a sample); a fact whose endpoint
    cannot be told from the batch stays after everything that came before it.
    """
    last: dict[int | None, int] = {}
    owner: dict[int | None, int | None] = {}
    floor = high = 0
    keys = []
    for item in items:
        if isinstance(item, Event):
            key = max(item.t_ns, last.get(item.endpoint, floor))
            last[item.endpoint] = key
            owner[item.connection] = item.endpoint
            high = max(high, key)
        elif (endpoint := _endpoint_of(item, owner)) is not None:
            key = last.get(endpoint, floor)
        else:
            key = floor = high
            last.clear()
        keys.append(key)
    return [items[place] for place in sorted(range(len(items)), key=keys.__getitem__)]


def is_in_order(items: Sequence[object], upto: int) -> bool:
    """Whether they are only events, which began one after the other and none later than `upto`, so
    that `in_order` changes nothing.
    """
    last = 0
    for item in items:
        if type(item) is not Event or item.t_ns < last:
            return False
        last = item.t_ns
    return last <= upto


def _endpoint_of(fact: object, owner: dict[int | None, int | None]) -> int | None:
    """The endpoint that an item belongs to; None: this batch does not tell."""
    match fact:
        case EndpointAdded(id=endpoint):
            return endpoint
        case ConnectionOpened(id=number, endpoint=endpoint):
            owner[number] = endpoint
            return endpoint
        case (
            ConnectionNamed(id=number)
            | ConnectionClosed(id=number)
            | SampleTaken(connection=number)
        ):
            return owner.get(number)
    return None
