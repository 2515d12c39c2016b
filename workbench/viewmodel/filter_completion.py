"""Completion in the filter: keys, comparisons, and values that occur in the record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from workbench.journal.occurring import Occurring
from workbench.journal.query import COMPARED, KEYS, quoted
from workbench.viewmodel.completion import NOTHING, Completion

OPERATORS: Final = (":", ">", ">=", "<", "<=", "=")
LEAST: Final = 2
"""Letters of a word that is looked for in the values of all keys."""
MOST: Final = 60
_HEAD: Final = re.compile(r"([A-Za-z_]+)(:|<=|>=|<|>|=)", re.ASCII)
_WORD: Final = re.compile(r"[A-Za-z_]+\Z", re.ASCII)


def complete_filter(before: str, known: Occurring) -> Completion:
    """What the last term of this text, which ends at the cursor, may be completed to."""
    begin, quote = _last(before, " \t")
    begin += before[begin:].startswith("-")
    term = before[begin:]
    head = _HEAD.match(term)
    if head is not None and head[1].lower() in KEYS:
        return _value(term, begin, head, known)
    if quote or not term or term[0] in '#"':
        return NOTHING
    return _found(begin, term, (*_keys(term), *_terms(term, known)))


def _last(text: str, divides: str) -> tuple[int, bool]:
    """Where the part after the last of these characters begins, and whether a quote is open; within
    quotes they do not divide.
    """
    begin, place, quote = 0, 0, False
    while place < len(text):
        char = text[place]
        if char == "\\" and quote:
            place += 1
        elif char == '"':
            quote = not quote
        elif char in divides and not quote:
            begin = place + 1
        place += 1
    return begin, quote


def _value(term: str, begin: int, head: re.Match[str], known: Occurring) -> Completion:
    """Values of a key; of several joined by `|`, the last one."""
    key, operator = head[1].lower(), head[2]
    of_key = {"failed": "errno"}.get(key, key)
    if operator != ":" or of_key not in Occurring._fields:
        return NOTHING
    values = term[head.end() :]
    inner, _ = _last(values, "|")
    typed = values[inner:]
    found = _alike(typed.strip('"'), getattr(known, of_key))
    if found == [typed.strip('"')]:
        return NOTHING  # it is there already
    words = [quoted(value) for value in found]
    if "*".startswith(typed):
        words.insert(0, "*")
    return _found(begin + head.end() + inner, typed, words)


def _alike(typed: str, values: tuple[str, ...]) -> list[str]:
    """First the values that begin like this, then those that contain it."""
    small = typed.lower()
    beginning = [value for value in values if value.lower().startswith(small)]
    return beginning + [value for value in values if small in value.lower()[1:]]


def _keys(word: str) -> Iterator[str]:
    """Keys that begin like this; for a whole key that takes numbers, how it may be compared."""
    small = word.lower()
    if _WORD.match(small) is None:
        return
    if small in COMPARED:
        yield from (f"{small}{operator}" for operator in OPERATORS)
    for key in KEYS:
        if key.startswith(small) and (key != small or key not in COMPARED):
            yield key if key in COMPARED else f"{key}:"


def _terms(word: str, known: Occurring) -> Iterator[str]:
    """Values that begin like this, or contain it, each with its key."""
    if len(word) < LEAST:
        return
    for key in Occurring._fields:
        for value in _alike(word, getattr(known, key)):
            yield f"{key}:{quoted(value)}"


def _found(begin: int, typed: str, words: tuple[str, ...] | list[str]) -> Completion:
    found = tuple(dict.fromkeys(words))[:MOST]
    return NOTHING if found in ((), (typed,)) else Completion(begin, found)
