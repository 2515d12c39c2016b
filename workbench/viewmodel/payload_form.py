"""The editor of a client: text or hex, encoding, escapes, and what is appended."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Final

from workbench.engine.model.commands import Send
from workbench.engine.model.tail import Append, ByteOrder
from workbench.engine.protocol.with_tail import with_tail
from workbench.frozen import dataclass
from workbench.late_pattern import late_pattern
from workbench.payload import notation
from workbench.payload.masking import Masker
from workbench.payload.templates import (
    PLACEHOLDERS,
    Template,
    gives_other_text,
    hex_template,
    text_template,
)
from workbench.payload.unknown_gaps import UnknownGap, quoted_gaps, unfilled_gaps, unknown_gaps
from workbench.texts import Problem, reason_of, tr
from workbench.viewmodel.known_values import NO_VALUES, KnownValues

PREVIEWED: Final = 8
MOST_TOLD: Final = 100
"""Words in braces that are marked."""
_PAIRS: Final = late_pattern(r"\s*[0-9A-Fa-f]{2}(?:\s+[0-9A-Fa-f]{2})+\s*", re.ASCII)
"""Two pairs of hex digits or more."""
LARGEST_FILE: Final = 64 << 20
"""Bytes of a file that is sent at once."""


@dataclass(frozen=True, slots=True)
class PayloadForm:
    """The fields of the editor, as typed.

    Attributes:
        typed: the text; for a file its path.
        form: "text", "hex" or "file".
        escapes: a backslash starts an escape (CR, LF, TAB, NUL, a byte in hex, a code point).
        order: byte order of a checksum: "usual", "little" or "big".
        start, last: the first and last byte that a checksum covers (None: the end).
        placeholders: {counter}, {time} and {random:n} are filled in for each send.
    """

    typed: str
    form: str = "text"
    encoding: str = "utf-8"
    escapes: bool = True
    append: Append = Append.NOTHING
    order: str = "usual"
    start: int = 0
    placeholders: bool = False
    last: int | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """The contents of a Send: exactly one of text, hex and file."""

    text: str | None = None
    hex: str | None = None
    file: str | None = None


def body(draft: PayloadForm) -> bytes:
    """The bytes of a text or of hex, without what is appended.

    Raises:
        Problem: a malformed escape or malformed hex, or a character that the encoding cannot
            express.
    """
    if draft.form == "hex":
        return hex_template(draft.typed, (), draft.encoding).fill({})
    typed = draft.typed
    if draft.escapes:
        return notation.from_escapes(typed, draft.encoding)
    return notation.encode(typed, draft.encoding)


def content(draft: PayloadForm, known: KnownValues = NO_VALUES) -> Content:
    """The contents as text if the bytes are that text in that encoding, else as hex; `known` values
    replace their names.

    Raises:
        Problem: malformed hex or escape, a character that the encoding lacks, no such file, or
            what cannot be filled in.
    """
    found = _understood(draft, known)
    if found.template is not None and found.content.text is not None:
        found.template.fill({})
    return found.content


def converted(draft: PayloadForm, form: str) -> PayloadForm | None:
    """The form with the same bytes as hex or as text; None: they cannot be written that way.

    Text with placeholders is a template in both forms, and text that is nothing but pairs of hex
    digits was meant as such before *Hex* was chosen: both stay as they are typed.
    """
    if {draft.form, form} != {"text", "hex"} or not draft.typed:
        return None
    if draft.placeholders or (form == "hex" and _PAIRS.fullmatch(draft.typed)):
        return None
    try:
        data = body(draft)
        if form == "hex":
            return replace(draft, form=form, typed=data.hex(" "))
        parts = (notation.show(part, draft.encoding) for part in data.split(b"\\"))
        text = replace(draft, form=form, typed=r"\\".join(parts), escapes=True)
        return text if body(text) == data else None
    except Problem:
        return None


@dataclass(frozen=True, slots=True)
class _Understood:
    """A parsed draft.

    Attributes:
        data: its bytes, if it has no template.
        template: filled in anew for each send; None: it has no gaps.
    """

    content: Content
    data: bytes = b""
    template: Template | None = None


def _understood(draft: PayloadForm, known: KnownValues) -> _Understood:
    if draft.form == "file":
        _look(draft.typed)
        return _Understood(Content(file=draft.typed.strip()))
    if draft.form == "hex":
        template = hex_template(draft.typed, known.values, draft.encoding)
        if template.fixed is not None:
            return _Understood(Content(hex=template.fixed.hex()), template.fixed)
        left = template.left(known.values)
        rest = hex_template(left, (), draft.encoding)
        if rest.fixed is not None:
            return _Understood(Content(hex=rest.fixed.hex()), rest.fixed)
        return _Understood(Content(hex=left if template.names else draft.typed), template=rest)
    data = body(draft)
    text = _as_text(draft, data)
    if text is None:
        return _Understood(Content(hex=data.hex()), data)
    if not draft.placeholders:
        return _Understood(Content(text=text), data)
    template = text_template(text, {*PLACEHOLDERS, *known.values}, draft.encoding)
    if template.names:
        text = template.left(known.values)
        template = text_template(text, PLACEHOLDERS, draft.encoding)
    return _Understood(Content(text=text), template=template)


def _as_text(draft: PayloadForm, data: bytes) -> str | None:
    """The text that these bytes are in the encoding; None: they are not text."""
    try:
        text = data.decode(draft.encoding)
        if notation.encode(text, draft.encoding) == data:
            return text
    except (UnicodeError, Problem):
        pass
    return None


@dataclass(frozen=True, slots=True)
class Composed:
    """A typed message and the command that sends it, which is made while typing.

    Attributes:
        send: the command that sends it once, for no endpoint yet; or why it cannot be sent.
        size: how many bytes will go. head: the first of them in hex.
        problem: what is wrong with what is typed; None: nothing.
        varies: each send of it differs, in more than the counter.
    """

    draft: PayloadForm
    send: Send | Problem
    size: int = 0
    head: str = ""
    problem: Problem | None = None
    varies: bool = False


def compose(draft: PayloadForm, counter: int = 1, known: KnownValues = NO_VALUES) -> Composed:
    """Understand a draft; in what is shown of it, placeholders are filled in with this counter.

    Of a file only the beginning is read.
    """
    try:
        if draft.form == "file":
            size, start = _look(draft.typed)
            tail = len(with_tail(b"", send_of(replace(draft, start=0, last=None), Content())))
            return Composed(draft, _send_file(draft, size + tail), size + tail, _head(start, size))
        found = _understood(draft, known)
        send = send_of(draft, found.content)
        data = found.data if found.template is None else found.template.fill({}, counter)
        data = with_tail(data, send)
    except Problem as problem:
        return Composed(draft, problem, problem=problem)
    shown = Masker(known.secrets, headers=False).data(data) if known.secrets else data
    varies = found.template is not None and found.template.varies
    head = _head(shown, len(data))
    return Composed(draft, replace(send, wait=False), len(data), head, varies=varies)


def _send_file(draft: PayloadForm, size: int) -> Send | Problem:
    path = draft.typed.strip()
    if size > LARGEST_FILE:
        return Problem("problem.file_large", path=path, most=LARGEST_FILE >> 20)
    return replace(send_of(draft, Content(file=path)), wait=False)


def unknown_names(draft: PayloadForm, known: KnownValues = NO_VALUES) -> tuple[UnknownGap, ...]:
    """Words in braces that are sent literally: they name nothing, or nothing is filled in.

    Only the first MOST_TOLD are reported.
    """
    return tuple(islice(_unknown_names(draft, known), MOST_TOLD))


def _unknown_names(draft: PayloadForm, known: KnownValues) -> Iterator[UnknownGap]:
    if draft.form == "hex":
        return quoted_gaps(draft.typed, known.values)
    if draft.form != "text":
        return iter(())
    if not draft.placeholders:
        return unfilled_gaps(draft.typed, known.values)
    return unknown_gaps(draft.typed, {*PLACEHOLDERS, *known.values})


def file_size(typed: str) -> int:
    """The size of a file in bytes. Raises Problem: there is no such file."""
    return _look(typed)[0]


def _head(data: bytes, size: int) -> str:
    return data[:PREVIEWED].hex(" ") + (" …" if size > PREVIEWED else "")


def _look(typed: str) -> tuple[int, bytes]:
    if not typed.strip():
        raise Problem("problem.no_path")
    path = Path(typed.strip()).expanduser()
    try:
        with path.open("rb") as file:
            return path.stat().st_size, file.read(PREVIEWED)
    except OSError as error:
        raise Problem("engine.no_file", path=str(path), reason=reason_of(error)) from error


def send_of(draft: PayloadForm, body: Content, endpoint: str = "") -> Send:
    """The command that sends a draft."""
    return Send(
        endpoint,
        text=body.text,
        hex=body.hex,
        file=body.file,
        encoding=draft.encoding if body.text is not None or _has_gaps(body.hex) else None,
        append=draft.append,
        checksum_order=None if draft.order == "usual" else ByteOrder(draft.order),
        checksum_from=draft.start,
        checksum_to=draft.last,
        placeholders=draft.placeholders and gives_other_text(body.text or "", PLACEHOLDERS),
    )


def _has_gaps(source: str | None) -> bool:
    """Whether hex is more than pairs of digits, so that each send fills it in."""
    return source is not None and "{" in source


def sending_differences(
    form: PayloadForm, repeat: str, interval: str, *, enter_sends: bool = False
) -> str:
    """What differs from the default in how a message is sent, in words; "": nothing does."""
    words = [] if form.escapes or form.form != "text" else [tr("chips.no_escapes")]
    if form.placeholders and form.form == "text":
        words.append(tr("chips.placeholders"))
    if form.append is not Append.NOTHING:
        words.append(tr("chips.appended", what=tr(f"append.{form.append.value}")))
    if repeat.strip() not in {"", "1"}:
        key = "chips.repeated_on" if repeat.strip() == "0" else "chips.repeated"
        words.append(tr(key, times=repeat.strip(), seconds=interval.strip()))
    if enter_sends:
        words.append(tr("chips.enter_sends"))
    return " · ".join(words)
