"""The memory of rules: values kept for a connection, and values stored for the whole endpoint.

All rules of an endpoint are asked on its thread, one message after the other, so that everything
recalled, counted and stored for one message happens in one go, whatever other connections do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from workbench.engine.model.responders.rule import Rule
from workbench.named_tuple import NamedTuple
from workbench.payload.templates import PLACEHOLDERS, Template, Value, Values, text_template
from workbench.payload.unknown_gaps import unknown_gaps
from workbench.texts import Problem

STORED_MOST: Final = 64 * 2**20
"""Bytes of all that an endpoint stores, keys and values."""
_EACH: Final = 200
"""Bytes of overhead of each entry."""


class Lacks(NamedTuple):
    """Why a rule that matches does not fit: a value that it needs is missing.

    Attributes:
        note: the key of the note that says so.
        what: the name of a value that the connection lacks, or the key under which nothing is
            stored.
    """

    note: str
    what: str


class Changes(NamedTuple):
    """What one message changes in the memory.

    Attributes:
        kept: values of the connection.
        stored, forgotten: values and keys of the endpoint; forgetting comes before storing.
    """

    kept: Mapping[str, Value] = {}
    stored: Sequence[tuple[bytes, Value]] = ()
    forgotten: Sequence[bytes] = ()


class Store:
    """The values that all connections of an endpoint share."""

    def __init__(self, first: Sequence[tuple[str, str]], encoding: str) -> None:
        """`first`: templates of keys and of their values. Raises Problem."""
        self._values: dict[bytes, Value] = {}
        self._bytes = 0
        made = [
            (_template(key, (), encoding).fill({}), made_of(_template(value, (), encoding), {}))
            for key, value in first
        ]
        self.check(Changes(stored=made))
        self.change(Changes(stored=made))

    def get(self, key: bytes) -> Value | None:
        """The value stored under a key; None: there is none."""
        return self._values.get(key)

    def check(self, changes: Changes) -> None:
        """Check that there is room for these values.

        Raises:
            Problem: there is none.
        """
        more = sum(_size(key, value) for key, value in changes.stored)
        if more and self._bytes + more > STORED_MOST:
            raise Problem("engine.store_full", most=STORED_MOST >> 20)

    def change(self, changes: Changes) -> None:
        """Forget keys, then store values."""
        for key in changes.forgotten:
            self._drop(key)
        for key, value in changes.stored:
            self._drop(key)
            self._values[key] = value
            self._bytes += _size(key, value)

    def _drop(self, key: bytes) -> None:
        old = self._values.pop(key, None)
        if old is not None:
            self._bytes -= _size(key, old)


def _size(key: bytes, value: Value) -> int:
    return len(key) + len(value.data) + _EACH


def kept_at_first(kept: Sequence[tuple[str, str]], encoding: str) -> Callable[[], dict[str, Value]]:
    """A function that makes the values of a new connection. Raises Problem."""
    names: list[str] = []
    templates = []
    for name, value in kept:
        templates.append((name, _template(value, tuple(names), encoding)))
        names.append(name)

    def made() -> dict[str, Value]:
        found: dict[str, Value] = {}
        for name, template in templates:
            found[name] = made_of(template, found)
        return found

    made()
    return made


class RuleMemory(NamedTuple):
    """What one rule recalls, keeps and stores, compiled.

    Attributes:
        needs: the names of values that the connection must have.
    """

    recall: tuple[tuple[str, Template], ...]
    keep: tuple[tuple[str, Template], ...]
    store: tuple[tuple[Template, Template], ...]
    forget: tuple[Template, ...]
    needs: frozenset[str]

    def known(self, taken: Values, kept: Mapping[str, Value], store: Store) -> Values | Lacks:
        """The values taken from the message and recalled from the memory. Raises Problem."""
        missing = sorted(self.needs - kept.keys())
        if missing:
            return Lacks("rule_not_kept", missing[0])
        values = {**kept, **taken}
        recalled = {}
        for name, template in self.recall:
            key = template.fill(values)
            value = store.get(key)
            if value is None:
                return Lacks("rule_not_stored", key.decode("utf-8", "replace"))
            recalled[name] = value
        return {**values, **recalled}

    def remember(self, values: Values, store: Store) -> tuple[Values, Changes]:
        """The values including those kept from now on, and the changes, which are not made yet.

        Raises:
            Problem: a value to be counted with is not a number, or there is no room.
        """
        known = dict(values)
        kept = {}
        for name, template in self.keep:
            known[name] = kept[name] = made_of(template, known)
        stored = [(key.fill(known), made_of(value, known)) for key, value in self.store]
        changes = Changes(kept, stored, [key.fill(known) for key in self.forget])
        store.check(changes)
        return known, changes


class MemoryPlan(NamedTuple):
    """A `RuleMemory` in the making, before it is known which values the rule's replies need.

    Attributes:
        names: what the replies may name.
        kept: what the connection may have, apart from what the rule makes itself.
        ready_but: everything except `needs`; None: the rule remembers and recalls nothing.
    """

    names: tuple[str, ...]
    kept: frozenset[str]
    needs: frozenset[str]
    ready_but: RuleMemory | None

    @classmethod
    def of(cls, rule: Rule, taken: Sequence[str], kept: Sequence[str], encoding: str) -> MemoryPlan:
        """`taken`: the names of what the rule takes; `kept`: of what connections may have.

        Raises:
            Problem: a template names an unknown value, or a name is taken twice.
        """
        twice = next((name for name, _ in rule.recall if name in taken), None)
        if twice is not None:
            raise Problem("engine.taken_twice", name=twice)
        before = tuple(dict.fromkeys((*taken, *kept)))
        recall = tuple((name, _template(key, before, encoding)) for name, key in rule.recall)
        own = {*taken, *(name for name, _ in rule.recall)}
        needs = _needed((key for _, key in recall), {*taken})
        names = tuple(dict.fromkeys((*before, *own)))
        keep = []
        for name, value in rule.keep:
            template = _template(value, names, encoding)
            needs |= _needed((template,), own)
            keep.append((name, template))
            own.add(name)
        store = tuple(
            (_template(key, names, encoding), _template(value, names, encoding))
            for key, value in rule.store
        )
        forget = tuple(_template(key, names, encoding) for key in rule.forget)
        needs |= _needed((*(part for pair in store for part in pair), *forget), own)
        others = frozenset(kept) - own
        memory = RuleMemory(recall, tuple(keep), store, forget, frozenset())
        some = kept or recall or store or forget
        return cls(names, others, needs & frozenset(kept), memory if some else None)

    def ready(self, named: Iterable[str]) -> RuleMemory | None:
        """The compiled memory; `named`: every value that the replies need."""
        if self.ready_but is None:
            return None
        needs = self.needs | (self.kept & frozenset(named))
        some = needs or any((*self.ready_but[:4],))
        return self.ready_but._replace(needs=needs) if some else None


def made_of(template: Template, values: Values) -> Value:
    """A value as it is kept: a template that consists of one value keeps its type. Raises
    Problem.
    """
    alone = template.value(values) if template.fixed is None else None
    return Value(template.fill(values), encoding=template.encoding) if alone is None else alone


def _needed(templates: Iterable[Template], own: Iterable[str]) -> frozenset[str]:
    return frozenset(name for template in templates for name in template.names) - {*own}


def _template(source: str, names: Sequence[str], encoding: str) -> Template:
    """The template of a text in which every word in braces must name a value."""
    known = (*names, *PLACEHOLDERS)
    for gap in unknown_gaps(source, known):
        near = ", ".join(names) or "–"
        raise Problem("engine.memory_unknown", name=gap.word, near=near)
    return text_template(source, known, encoding)
