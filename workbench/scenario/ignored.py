"""The key `ignore`: messages that no expectation of an endpoint sees, and that
conversations fold.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

from workbench.engine.model import settings as s
from workbench.engine.model.message_ends import Http
from workbench.journal.reader import Row
from workbench.journal.topmost import is_received
from workbench.payload.json_values import FromGap
from workbench.payload.json_values import filled as json_filled
from workbench.scenario import values as v
from workbench.scenario.call_names import moved_symbol
from workbench.scenario.cut_messages import meets
from workbench.scenario.expect_keys import BYTES_KEYS, check_json_text, is_plain_stream
from workbench.scenario.keys import EXPECT, IGNORED
from workbench.scenario.locate import Path as KeyPath
from workbench.scenario.named_values import Named
from workbench.scenario.needle import needle_of
from workbench.scenario.search import fits
from workbench.scenario.steps import Expect, Scenario
from workbench.scenario.what_came import ToldRow, WhatCame
from workbench.texts import Problem

KEY: Final = "ignore"
_FAILURES: Final = ("errno", "error")


def ignored(
    body: v.Table, settings: s.EndpointSettings, path: KeyPath, named: Named
) -> tuple[Expect, ...]:
    """Read what an endpoint ignores; its strings are filled in already.

    Raises:
        Wrong: an unknown key, or one that has no meaning here.
    """
    found = []
    for index, item in enumerate(v.typed(body, KEY, list, path)):
        where = (*path, KEY, index)
        if not isinstance(item, dict):
            raise v.not_wanted(where, KEY, item, "table")
        found.append(_ignored(item, settings, where, named))
    return tuple(found)


def _ignored(
    body: dict[str, Any], settings: s.EndpointSettings, path: KeyPath, named: Named | None
) -> Expect:
    """Read a table; `named` None: no gaps are left in it."""
    v.known(body, IGNORED, path)
    if not body:
        raise v.wrong(path, "scenario.ignore_everything")
    values = {key: EXPECT[key](body, key, path) for key in body}
    moved_symbol(values, path)
    wanted = [key for key in BYTES_KEYS if key in values]
    if len(wanted) > 1:
        raise v.wrong((*path, wanted[1]), "scenario.one_of", keys=", ".join(wanted))
    if is_plain_stream(settings) and not any(key in values for key in _FAILURES):
        raise v.wrong(path, "scenario.ignore_in_stream")
    for key in wanted:
        if named is not None and any(map(named.waits, _strings(values[key]))):
            raise v.wrong((*path, key), "scenario.ignore_later")
    if "json" in values:
        check_json_text(values["json"], (), (*path, "json"))
        if not isinstance(values["json"], str):
            values["json"] = json_filled(values["json"], _plain)
    expect = Expect(settings.name, **values)
    if wanted:
        if getattr(expect, wanted[0]) == "":
            raise v.wrong((*path, wanted[0]), "scenario.looks_for_nothing", key=wanted[0])
        v.check(lambda: needle_of(expect, settings.encoding), (*path, wanted[0]))
    return expect


def _plain(text: str) -> Any:
    """The value that a string stood for, if it was a single gap."""
    if not isinstance(text, v.Filled):
        return text
    return FromGap(text.value) if isinstance(text.value, str) else text.value


def _strings(source: Any) -> Iterator[str]:
    if isinstance(source, str):
        yield source
    elif isinstance(source, Mapping | list):
        for part in source.values() if isinstance(source, Mapping) else source:
            yield from _strings(part)


def kept(scenario: Scenario) -> list[dict[str, Any]]:
    """What endpoints ignore, as the record keeps it: their names, and the keys of `ignore`."""
    return [
        {"endpoint": name, **_table(item)}
        for name, among in scenario.ignored.items()
        for item in among
    ]


def _table(item: Expect) -> dict[str, Any]:
    found = {key: said for key in IGNORED if (said := getattr(item, key)) is not None}
    if not isinstance(item.json, str | None):
        found["json"] = json.dumps(item.json, default=str)
    return found


def ignored_in(items: object, settings: s.EndpointSettings) -> Callable[[Row], bool] | None:
    """Whether a row of a conversation, as returned by `Topmost`, is ignored; None: none ever is.

    `items`: what the record keeps, which may be anything if the record is a stranger's.
    """
    wanted: list[Expect] = []
    for item in items if isinstance(items, list) else ():
        if not isinstance(item, dict) or item.get("endpoint") != settings.name:
            continue
        body = {key: said for key, said in item.items() if key != "endpoint"}
        with suppress(v.Wrong, Problem):  # from other settings, which the endpoint no longer has
            wanted.append(_ignored(body, settings, (), None))
    return ignores(tuple(wanted), settings, _Told())


class _Told(WhatCame):
    """The check on rows that `Topmost` has returned, so that rows of lower layers are not among
    them.
    """

    def __call__(self, row: Row | ToldRow) -> bool:
        return isinstance(row, Row) and is_received(row)


def ignores(
    among: tuple[Expect, ...], settings: s.EndpointSettings, came: WhatCame
) -> Callable[[Row], bool] | None:
    """Whether a row of a connection is ignored; None: none ever is.

    `came`: which rows of the connection say what came. Raises TooSlow, when it is called.
    """
    if not among:
        return None
    http = isinstance(settings.messages, Http)
    needles = []
    for expect in among:
        try:
            needle = needle_of(expect, settings.encoding, http=http) if expect.wants_bytes else None
        except Problem:  # for another encoding that was configured meanwhile: it cannot come
            continue
        needles.append((expect, needle))

    def one(row: Row) -> bool:
        return any(
            fits(expect, row, came) and (needle is None or meets(expect, needle, row))
            for expect, needle in needles
        )

    return one
