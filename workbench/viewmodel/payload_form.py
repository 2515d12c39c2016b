"""What will be sent: text or hex, encoding, escapes, and what is appended."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from workbench.engine.model.commands import Send
from workbench.engine.model.tail import Append, ByteOrder
from workbench.engine.protocol.with_tail import with_tail
from workbench.frozen import dataclass
from workbench.payload import notation
from workbench.payload.templates import PLACEHOLDERS, hex_template, text_template
from workbench.texts import Problem, reason_of

PREVIEWED: Final = 8
LARGEST_FILE: Final = 64 << 20
"""Bytes of a file that is sent at once."""


@dataclass(frozen=True, slots=True)
class PayloadForm:
    """The editor's fields.

    Attributes:
        typed: the text; for a file its path.
        form: "text", "hex" or "file".
        escapes: a backslash starts an escape (CR, LF, TAB, NUL, a byte in hex, a code point).
        order: byte order of a checksum: "usual", "little" or "big".
        start, last: first and last byte that a checksum covers (None: the end).
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
    """What a Send says: exactly one of text, hex and file."""

    text: str | None = None
    hex: str | None = None
    file: str | None = None


def body(draft: PayloadForm) -> bytes:
    """The bytes of a text or of hex, without what is appended.

    Raises:
        Problem: malformed hex or escape, or a character that the encoding lacks.
    """
    if draft.form == "hex":
        return hex_template(draft.typed, (), draft.encoding).fill({})
    typed = draft.typed
    if draft.escapes:
        return notation.from_escapes(typed, draft.encoding)
    return notation.encode(typed, draft.encoding)


def content(draft: PayloadForm) -> Content:
    """Text wherever the bytes are that text in that encoding, else hex.

    Raises:
        Problem: malformed hex or escape, a character that the encoding lacks, or no such file.
    """
    if draft.form == "file":
        _look(draft.typed)
        return Content(file=draft.typed.strip())
    return _content_of(draft, body(draft))


def _content_of(draft: PayloadForm, data: bytes) -> Content:
    if _gaps(draft):
        return Content(hex=draft.typed)
    if draft.form != "hex":
        try:
            text = data.decode(draft.encoding)
            if notation.encode(text, draft.encoding) == data:
                return Content(text=text)
        except (UnicodeError, Problem):
            pass
    return Content(hex=data.hex())


def _gaps(draft: PayloadForm) -> bool:
    """Whether hex has gaps, which each send fills in."""
    return draft.form == "hex" and hex_template(draft.typed, (), draft.encoding).fixed is None


@dataclass(frozen=True, slots=True)
class Composed:
    """A message, understood once: when it was typed.

    Attributes:
        size: bytes that will go. head: the first of them in hex.
        repeat, interval: how often to send it, and the seconds between.
        problem: what is wrong with it; None: it can be sent.
    """

    draft: PayloadForm
    content: Content = Content()
    size: int = 0
    head: str = ""
    repeat: int = 1
    interval: float = 0.0
    problem: Problem | None = None

    def command(self, endpoint: str) -> Send | Problem:
        """What sends it; or what is wrong with it."""
        if self.problem is not None:
            return self.problem
        if self.draft.form == "file" and self.size > LARGEST_FILE:
            return Problem(
                "problem.file_large", path=self.draft.typed.strip(), most=LARGEST_FILE >> 20
            )
        made = send_of(self.draft, self.content, endpoint)
        return replace(made, repeat=self.repeat, interval=self.interval, wait=False)


def compose(draft: PayloadForm, counter: int = 1) -> Composed:
    """Understand a draft; placeholders are filled in with this counter in what is shown of it.

    Of a file only the beginning is read.
    """
    try:
        if draft.form == "file":
            size, start = _look(draft.typed)
            said = Content(file=draft.typed.strip())
            tail = len(with_tail(b"", send_of(replace(draft, start=0, last=None), Content())))
            return Composed(draft, said, size + tail, _head(start, size))
        data = body(draft)
        said = _content_of(draft, data)
        command = send_of(draft, said)
        if command.placeholders:
            template = text_template(said.text or "", PLACEHOLDERS, draft.encoding)
            data = template.fill({}, counter)
        elif _gaps(draft):
            data = hex_template(draft.typed, (), draft.encoding).fill({}, counter)
        data = with_tail(data, command)
    except Problem as problem:
        return Composed(draft, problem=problem)
    return Composed(draft, said, len(data), _head(data, len(data)))


def _has_gaps(text: str | None) -> bool:
    return text is not None and text_template(text, PLACEHOLDERS, "utf-8").fixed is None


def varies(draft: PayloadForm) -> bool:
    """Whether each send of it is another one, in more than the counter."""
    try:
        if draft.form == "hex":
            return hex_template(draft.typed, (), draft.encoding).varies
        return draft.placeholders and text_template(draft.typed, PLACEHOLDERS, "utf-8").varies
    except Problem:
        return False


def file_size(typed: str) -> int:
    """Bytes of a file. Raises Problem where there is none."""
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
        encoding=draft.encoding if body.text is not None or _gaps(draft) else None,
        append=draft.append,
        checksum_order=None if draft.order == "usual" else ByteOrder(draft.order),
        checksum_from=draft.start,
        checksum_to=draft.last,
        placeholders=draft.placeholders and _has_gaps(body.text),
    )
