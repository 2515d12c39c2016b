"""Expectations about kernel readings: which keys may be combined, and when they are met."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

from workbench.engine.model.kernel_reading import Reading
from workbench.engine.sockets.kernel_readings import STATES
from workbench.scenario import values as v
from workbench.scenario.locate import Path as KeyPath
from workbench.scenario.steps import WHICHEVER
from workbench.texts import Problem

if TYPE_CHECKING:
    from workbench.engine.model.settings import EndpointSettings
    from workbench.scenario.steps import Expect

LISTENING: Final = frozenset({"LISTEN", "CLOSE"})
"""States of a socket that listens, or did; a listener in another is one of its connections."""
NUMBERS: Final = tuple(item.name for item in fields(Reading) if item.name != "state")
KEYS: Final[Mapping[str, v.Read]] = {
    "state": v.one_of(STATES[1:]),
    "reading": v.one_of(NUMBERS),
    "least": v.key_of(int),
    "most": v.key_of(int),
}
_OF_LISTENER: Final = frozenset({"unacked", "sacked"})
"""What is of the accept queue where a socket listens: its length and its limit."""
_OF_ALL: Final = frozenset({"unread", "unsent"})
"""What is known of sockets that are not TCP's as well."""
_BESIDE: Final = frozenset({"endpoint", "connection", "within", *KEYS})


def check(body: Mapping[str, Any], path: KeyPath) -> None:
    """A look at the kernel goes with nothing that is looked for in the record, and has a bound.

    Raises:
        Wrong: what is too much, or missing.
    """
    looks = [key for key in ("state", "reading") if key in body]
    bounds = [key for key in ("least", "most") if key in body]
    if bounds and "reading" not in body:
        raise v.wrong(path, "scenario.missing", key="reading")
    if "reading" in body and not bounds:
        raise v.wrong(path, "scenario.missing", key="least")
    other = next((key for key in body if key not in {"do", *_BESIDE}), None)
    if looks and other is None and body.get("connection") == WHICHEVER:  # it looks at a single one
        other = "connection"
    if looks and other is not None:
        raise v.wrong((*path, other), "scenario.one_of", keys=f"{looks[0]}, {other}")


def check_socket(body: Mapping[str, Any], owner: EndpointSettings | None, path: KeyPath) -> None:
    """Check that the kernel keeps this reading for such a socket. `owner` None: any endpoint.

    Raises:
        Wrong: it never could hold.
    """
    if owner is None:
        return
    inet = owner.family != "AF_UNIX"
    tcp = inet and owner.type == "SOCK_STREAM"
    for key, there in (
        ("state", tcp),
        ("reading", tcp or body.get("reading") in (_OF_ALL | ({"drops"} if inet else set()))),
    ):
        if key in body and not there:
            kind = f"{owner.family}, {owner.type}"
            raise v.wrong((*path, key), "scenario.no_reading", what=body[key], kind=kind)


def holds(expect: Expect, reading: Reading | None) -> bool:
    """Whether a socket's reading is what is expected; None: there is no such socket."""
    if reading is None:
        return False
    if expect.state is not None and reading.state != expect.state:
        return False
    if expect.reading is None:
        return True
    number = getattr(reading, expect.reading)
    return (
        number is not None
        and (expect.least is None or number >= expect.least)
        and (expect.most is None or number <= expect.most)
    )


def of_any(expect: Expect, *, listens: bool) -> Callable[[Reading], bool] | None:
    """Whether a socket is the one that is meant, if any of an endpoint's may be; None: its own or
    its newest one is meant. On an endpoint that `listens`, a number means one of its connections,
    except for readings of its accept queue.
    """
    if expect.reading is None:
        return lambda reading: holds(expect, reading)
    if not listens or expect.reading in _OF_LISTENER:
        return None
    return lambda reading: reading.state not in LISTENING and holds(expect, reading)


def instead(expect: Expect, reading: Reading | None) -> Problem:
    """The values read of what is expected."""
    listens = reading is not None and reading.state == "LISTEN"
    if reading is None or (listens and expect.reading not in {None, *_OF_LISTENER}):
        return Problem("scenario.no_connection", endpoint=expect.endpoint)
    names = [
        key
        for key in ("state", expect.reading)
        if key is not None and (key != "state" or expect.state is not None)
    ]
    seen = ", ".join(f"{name} = {getattr(reading, name)}" for name in names)
    return Problem(
        "scenario.sentence", what=Problem("scenario.instead", who=expect.endpoint, what=seen)
    )
