"""Saved messages as a TOML file that people can read and teams can share."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, Final

from workbench.engine.model.tail import Append
from workbench.frozen import dataclass
from workbench.scenario.toml_string import string
from workbench.texts import Problem, reason_of
from workbench.viewmodel.payload_form import PayloadForm

NAME: Final = "messages.toml"
LARGEST: Final = 64 << 20
"""Bytes; what is larger nobody has saved."""
_HEAD: Final = "# Saved messages of Socket Workbench, in their order; the first nine have keys.\n"
_BLANK: Final = asdict(PayloadForm(""))
_KEYS: Final = {"order": "checksum_order", "start": "checksum_from", "last": "checksum_to"}
"""Of a draft's fields that are called otherwise in a file."""
_FIELDS: Final = {_KEYS.get(item.name, item.name): item.name for item in fields(PayloadForm)}
_PLACES: Final = ("name", "folder", "target")
_FORMS: Final = frozenset({"text", "hex", "file"})


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved message with its name; `folder` may be empty.

    Attributes:
        target: the endpoint that sends it, by its name, or an address (tcp://, udp://, tls://) of
            a client; "": the one in front.
    """

    name: str
    folder: str
    draft: PayloadForm
    target: str = ""

    @property
    def full_name(self) -> str:
        """`folder/name`."""
        return f"{self.folder}/{self.name}" if self.folder else self.name


def written(messages: Iterable[Saved]) -> str:
    """The text of a file with these messages."""
    parts = [_HEAD]
    for item in messages:
        lines = ["", "[[message]]"]
        for key in _PLACES:
            value = getattr(item, key)
            if value or key == "name":
                lines.append(f"{key} = {string(value)}")
        draft = asdict(item.draft)
        for key, field in _FIELDS.items():
            value = draft[field]
            if value != _BLANK[field] or key == "typed":
                lines.append(f"{key} = {_value(value)}")
        parts.append("\n".join(lines) + "\n")
    return "".join(parts)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else string(str(value))


def parsed(text: str) -> list[Saved]:
    """The messages of a file. Raises Problem: it is not such a file, or a message cannot be
    understood.
    """
    import tomllib  # imported late: not at the start

    try:
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise Problem("saved.no_toml", reason=str(error)) from error
    items = found.get("message", [])
    if found.keys() - {"message"} or not isinstance(items, list):
        raise Problem("saved.no_messages")
    return [_saved(raw, number) for number, raw in enumerate(items, 1)]


def _saved(raw: object, number: int) -> Saved:
    if not isinstance(raw, Mapping):
        raise Problem("saved.no_messages")
    unknown = sorted(raw.keys() - {*_PLACES, *_FIELDS})
    if unknown:
        raise Problem("saved.bad_key", number=number, key=unknown[0])
    for key in ("name", "typed"):
        if not isinstance(raw.get(key), str):
            raise Problem("saved.bad_value", number=number, key=key)
    for key in ("folder", "target"):
        if not isinstance(raw.get(key, ""), str):
            raise Problem("saved.bad_value", number=number, key=key)
    draft = dict(_BLANK)
    for key, field in _FIELDS.items():
        if key in raw:
            draft[field] = _checked(key, raw[key], number)
    return Saved(raw["name"], raw.get("folder", ""), PayloadForm(**draft), raw.get("target", ""))


def _checked(key: str, value: object, number: int) -> object:
    blank = _BLANK[_FIELDS[key]]
    kind = int if key == "checksum_to" else type(blank)
    good = type(value) is (str if key == "append" else kind)
    if good and key == "append":
        with suppress(ValueError):
            return Append(str(value))
        good = False
    if key == "form":
        good = good and value in _FORMS
    if key == "checksum_order":
        good = value in ("usual", "little", "big")
    if not good:
        raise Problem("saved.bad_value", number=number, key=key)
    return value


def read(path: Path) -> str:
    """The text of a file. Raises Problem: it cannot be read."""
    try:
        if path.stat().st_size > LARGEST:
            raise Problem("saved.not_read", path=str(path), reason=Problem("saved.too_large"))
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Problem("saved.not_read", path=str(path), reason=Problem("saved.no_text")) from error
    except OSError as error:
        raise Problem("saved.not_read", path=str(path), reason=reason_of(error)) from error


def write(path: Path, messages: Iterable[Saved]) -> None:
    """Write the file completely or not at all. A new file is only for its owner (0600); an existing
    one keeps its permissions, and a link stays a link.

    Raises:
        Problem: it cannot be written.
    """
    text = written(messages)
    try:
        path = path.resolve()
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o600
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        new = path.with_name(f"{path.name}.{os.getpid()}.new")
        with suppress(FileNotFoundError):
            new.unlink()
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0)
        with os.fdopen(os.open(new, flags, mode), "w", encoding="utf-8", newline="\n") as out:
            out.write(text)
        new.chmod(mode)
        new.replace(path)
    except OSError as error:
        reason = reason_of(error)
        raise Problem("window.not_written", path=str(path), reason=reason) from error
