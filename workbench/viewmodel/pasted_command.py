"""What a pasted command line or web address says about an endpoint, and its HTTP request."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from workbench.engine.model.tail import Append
from workbench.frozen import dataclass
from workbench.texts import Problem, reason_of
from workbench.viewmodel.address_form import Where
from workbench.viewmodel.message import ErrorMessage, Sentence, StatusMessage, msg
from workbench.viewmodel.payload_form import PayloadForm

LARGEST_BODY: Final = 128 << 10
"""Bytes of a file that is read into an editor."""
READ_BODY: Final = "read_body"
"""The button that has it read."""
_ESCAPED: Final = {"\\": "\\\\", "\r": "\\r", "\n": "\n", "\t": "\\t"}
"""A line break stays one, since each header is a line."""


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """The HTTP/1 request of a command line: its head and body.

    Attributes:
        head: the lines, without those about the body.
        body: if it is known; file: the file that is its body, not read yet.
        stripped: line breaks of that file are left out.
        kind: that of the body, for Content-Type; "": it is stated already.
        sized: its length is stated already. chunked: it is sent in chunks.
    """

    head: tuple[str, ...]
    body: bytes | None = None
    file: str = ""
    stripped: bool = False
    kind: str = ""
    sized: bool = False
    chunked: bool = False

    @property
    def target(self) -> str:
        """The request target: path and query."""
        return self.head[0].split(" ")[1]

    def data(self) -> bytes:
        """The whole request, with the right length."""
        lines = list(self.head)
        if self.body is not None and self.kind:
            lines.append(f"Content-Type: {self.kind}")
        if self.body is not None and not (self.sized or self.chunked):
            lines.append(f"Content-Length: {len(self.body)}")
        body = self.body or b""
        if self.chunked:
            body = (b"%x\r\n%b\r\n" % (len(body), body) if body else b"") + b"0\r\n\r\n"
        head = "".join(f"{line}\r\n" for line in (*lines, ""))
        return head.encode("utf-8", "surrogateescape") + body

    def with_body(self, data: bytes) -> HttpRequest:
        """The request with the contents of its file."""
        if self.stripped:
            data = data.translate(None, b"\r\n\0")
        return replace(self, body=data, file="")

    def read(self) -> HttpRequest:
        """The command with the contents of its file, which is read now. Raises Problem: it cannot
        be read.
        """
        path = Path(self.file).expanduser()
        try:
            with path.open("rb") as file:
                data = file.read(LARGEST_BODY + 1)
        except OSError as error:
            raise Problem("engine.no_file", path=str(path), reason=reason_of(error)) from error
        if len(data) > LARGEST_BODY:
            raise Problem("pasted.file_large", path=str(path), most=LARGEST_BODY >> 10)
        return self.with_body(data)


@dataclass(frozen=True, slots=True)
class PastedCommand:
    """What a line says; what it leaves open is empty, and leaves the fields as they are.

    Attributes:
        program: its name as written; "": just a web address.
        where: the address; None: it has none. `family` may be empty.
        server: it listens.
        path: that of a WebSocket.
        verify: the certificate of the other end is checked.
        local: the local address of a client.
        timeout: seconds, as typed.
        request: what to send.
        append: what is added to each message; None: not stated.
        told: what was not understood or not taken over, in sentences.
    """

    program: str
    where: Where | None = None
    server: bool = False
    path: str = ""
    verify: bool = True
    local: str = ""
    timeout: str = ""
    request: HttpRequest | None = None
    append: Append | None = None
    told: tuple[Problem, ...] = ()


def said_of(command: PastedCommand, *, server: bool) -> StatusMessage:
    """What somebody should know once the fields of a server or client were filled from it."""
    if command.where is None:
        text = _joined([ErrorMessage(problem) for problem in command.told])
        return StatusMessage("bad", text)
    if not fits(command, server=server):
        key = "pasted.listens" if command.server else "pasted.connects"
        return StatusMessage("bad", ErrorMessage(Problem(key)))
    program, request, told = command.program, command.request, command.told
    if program:
        filled = msg("pasted.filled", program=program)
    else:
        filled = msg("pasted.filled_web" if server else "pasted.filled_request")
    if server and request is not None and request.target != "/":
        told = (Problem("pasted.path", path=request.target), *told)  # a server sends none
    text = _joined([filled, *map(ErrorMessage, told)])
    asks = request is not None and request.file
    return StatusMessage("busy" if told else "info", text, way_out=READ_BODY if asks else None)


def fits(command: PastedCommand, *, server: bool) -> bool:
    """Whether the fields of a server, or of a client, can be filled from it."""
    return command.where is not None and (not command.program or command.server == server)


def _joined(sentences: list[Sentence]) -> Sentence:
    first, *rest = sentences
    return msg("pasted.and", first=first, second=_joined(rest)) if rest else first


def message_of(request: HttpRequest) -> PayloadForm:
    """A request as a message in an editor: line by line, as text if it is text."""
    data = request.data()
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return PayloadForm(data.hex(" "), "hex")
    shown = "".join(_ESCAPED.get(sign) or _escape(sign) for sign in text)
    return PayloadForm(shown)


def _escape(sign: str) -> str:
    return sign if sign.isprintable() else "".join(f"\\x{byte:02x}" for byte in sign.encode())
