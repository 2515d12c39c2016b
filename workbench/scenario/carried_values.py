"""Carried: parts of an answer that a later command sends again become named values."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.payload.templates import PLACEHOLDERS, escape_gaps, hex_template, text_template
from workbench.scenario.answers import Answer
from workbench.scenario.expected import Place, plain
from workbench.scenario.varying import Part, class_of
from workbench.texts import Problem

_TOKEN: Final = re.compile(r"(?<![\w.-])(?=[\w.-]*\d)\w[\w.-]*(?![\w.-])")
_LABEL: Final = re.compile(r"([A-Za-z][A-Za-z_]{0,15})[^A-Za-z\d\r\n]{1,4}\Z")
_SHORT: Final = 3
"""Characters: what is shorter may be there by chance, unless it stands alone in the last answer."""
_GLUED_BEFORE: Final = re.compile(r"[/+#\-]\Z|\d[.,:]\Z")
_GLUED_AFTER: Final = re.compile(r"[/+#\-]|[.,:]\d")
"""What makes a short number a part of a larger one: a version, an address, a date, a time."""
_LEAST_BYTES: Final = 4
_BACK: Final = 100
"""Answers that are looked through for what a command sends, the last."""
_REMEMBERED: Final = 1 << 16
"""Characters of what was sent, the last."""
_USED: Final = 50
"""Values that are looked for in later answers, the newest."""


class Carried:
    """Finds for each command in turn which parts of earlier answers it sends.

    Attributes:
        parts: those of the answers by the row where these begin, with the names that are used.
        names: all that are.
    """

    def __init__(
        self,
        answers: Sequence[Answer],
        parts: Mapping[int, Sequence[Part]],
        encodings: Mapping[str, str],
        left: frozenset[Place] = frozenset(),
    ) -> None:
        """`left`: places that are to stay as they came."""
        self._answers = answers
        self._left = left
        self.parts = {seq: list(found) for seq, found in parts.items()}
        self.names: set[str] = set()
        self._sent = ""
        self._texts = [
            (answer, text)
            for answer in answers
            if answer.data and (text := plain(answer.data, encodings.get(answer.endpoint, "utf-8")))
        ]
        self._seqs = [answer.seq for answer, _ in self._texts]
        self._gaps: dict[int, list[tuple[int, int, str]]] = {}

    def look(self, seq: int, command: c.Command) -> None:
        """Find what a command that was asked for in this row takes; in the order of the rows."""
        if not isinstance(command, c.Send) or command.file is not None:
            return
        if command.hex is not None:
            self._in_hex(seq, command)
            return
        text = command.text or ""
        gaps: list[tuple[int, int, str]] = []
        spans = [*self._whole_parts(seq, text), *(match.span() for match in _TOKEN.finditer(text))]
        for start, end in spans:
            if any(start < last and first < end for first, last, _ in gaps):
                continue
            token = text[start:end]
            # most do not occur at all, which is known at once
            if token in self._sent and re.search(rf"(?<!\w){re.escape(token)}(?!\w)", self._sent):
                continue
            name = self._found(seq, token)
            if name:
                gaps.append((start, end, name))
        self._sent = f"{self._sent}\n{text}"[-_REMEMBERED:]
        if gaps:
            self._gaps[seq] = sorted(gaps)

    def _whole_parts(self, seq: int, text: str) -> list[tuple[int, int]]:
        found = []
        for answer, came in self._before(seq):
            for part in self.parts.get(answer.seq, ()):
                was = came[part.start : part.end]
                at = text.find(was) if len(was) >= _SHORT else -1
                if at >= 0:
                    found.append((at, at + len(was)))
        return found

    def _before(self, seq: int) -> list[tuple[Answer, str]]:
        """The answers that are text, the last one first."""
        end = bisect(self._seqs, seq)
        return self._texts[max(0, end - _BACK) : end][::-1]

    def _found(self, seq: int, token: str) -> str:
        """The name of the value that holds this text; empty: nothing that came does."""
        wanted = rf"(?<![\w]){re.escape(token)}(?![\w])"
        for number, (answer, text) in enumerate(self._before(seq)):
            found = re.finditer(wanted, text) if token in text else ()
            places = [match.span() for match in found]
            if len(token) < _SHORT and (number or len(places) != 1):
                return ""
            known = {(part.start, part.end) for part in self.parts.get(answer.seq, ())}
            if len(token) < _SHORT and places[0] not in known and not _alone(text, *places[0]):
                return ""
            for start, end in places:
                name = self._named(answer, text, start, end)
                if name:
                    return name
        return ""

    def _named(self, answer: Answer, text: str, start: int, end: int) -> str:
        """Give the part there a name, adding the part if it is missing; empty: it cannot be one."""
        if (answer.seq, start) in self._left:
            return ""
        parts = self.parts.setdefault(answer.seq, [])
        for at, part in enumerate(parts):
            if (part.start, part.end) == (start, end):
                name = part.name if part.name in self.names else self._name(text[:start], part.name)
                parts[at] = replace(part, name=name)
                return name
            if part.start < end and start < part.end:
                return ""
        was = text[start:end]
        name = self._name(text[:start])
        parts.append(Part(start, end, "carried", class_of(was, was), name))
        parts.sort(key=lambda part: part.start)
        return name

    def _name(self, before: str, own: str = "") -> str:
        label = _LABEL.search(before)
        wish = own or (label[1].lower() if label else "value")
        name, count = wish, 1
        while name in self.names:
            count += 1
            name = f"{wish}{count}"
        self.names.add(name)
        return name

    def _in_hex(self, seq: int, command: c.Send) -> None:
        data = _bytes(command.hex or "")
        gaps: list[tuple[int, int, str]] = []
        place = bisect([answer.seq for answer in self._answers], seq)
        for answer in self._answers[max(0, place - _BACK) : place]:
            if not answer.data:
                continue
            parts = self.parts.get(answer.seq, [])
            for at, part in enumerate(parts):
                was = answer.data[part.start : part.end]
                begin = data.find(was) if len(was) >= _LEAST_BYTES else -1
                if begin < 0 or (answer.seq, part.start) in self._left:
                    continue
                name = part.name if part.name in self.names else self._name("", part.name)
                parts[at] = replace(part, name=name)
                gaps.append((begin, begin + len(was), name))
        if gaps:
            self._gaps[seq] = sorted(gaps)

    def address(self, settings: EndpointSettings, first: int) -> EndpointSettings:
        """The settings of an endpoint that was first used in this row, with a port that came in an
        answer.
        """
        host, _, port = settings.address.rpartition(":")
        if settings.role is Role.LISTENER or not port.isdigit() or not host:
            return settings
        for answer, text in self._before(first):
            parts = self.parts.get(answer.seq, [])
            at = [number for number, part in enumerate(parts) if part.kind == "address"]
            words = [text[parts[number].start : parts[number].end] for number in at]
            if any((answer.seq, parts[number].start) in self._left for number in at):
                continue
            if len(words) == 2 and int(words[0]) * 256 + int(words[1]) == int(port):
                self.names |= {"p1", "p2"}
                return replace(settings, address=f"{host}:{{p1*256+p2}}")
            if words == [port]:
                self.names.add("port")
                return replace(settings, address=f"{host}:{{port}}")
            if len(port) > _SHORT and not words and port in text:
                name = self._found(first, port)
                if name:
                    return replace(settings, address=f"{host}:{{{name}}}")
        return settings

    def finish(self) -> None:
        """Drop names that nothing uses, and expect a used value that comes back by its name."""
        taken: dict[str, str] = {}
        texts = {answer.seq: text for answer, text in self._texts}
        for answer in self._answers:
            text = texts.get(answer.seq, "")
            parts = self.parts.setdefault(answer.seq, [])
            for at, part in enumerate(parts):
                if part.name not in self.names:
                    parts[at] = replace(part, name="")
            for was, name in list(taken.items())[-_USED:]:
                for match in re.finditer(rf"(?<!\w){re.escape(was)}(?!\w)", text):
                    start, end = match.span()
                    free = all(part.end <= start or end <= part.start for part in parts)
                    if free and (answer.seq, start) not in self._left:
                        parts.append(Part(start, end, "carried", f"{{{name}}}"))
            parts.sort(key=lambda part: part.start)
            taken |= {
                text[part.start : part.end]: part.name
                for part in parts
                if text and part.name and part.end - part.start > _SHORT
            }

    def filled(self, seq: int, command: c.Command, known: frozenset[str]) -> c.Command:
        """The command with the names of what it takes in place of the values; text that happens to
        look like one of the `known` names stays literal.
        """
        if not isinstance(command, c.Send) or command.file is not None:
            return command
        gaps = self._gaps.get(seq, [])
        if command.hex is not None:
            if not gaps:
                return command
            data = _bytes(command.hex)
            pieces: list[str] = []
            place = 0
            for start, end, name in gaps:
                pieces += [data[place:start].hex(" "), f"{{{name}}}"]
                place = end
            return replace(command, hex=" ".join(filter(None, [*pieces, data[place:].hex(" ")])))
        text = command.text or ""
        if command.placeholders:
            known -= frozenset(PLACEHOLDERS)
            fixed = text_template(text, PLACEHOLDERS, "utf-8").fixed is not None
            command = replace(command, placeholders=not fixed)
        found: list[str] = []
        place = 0
        for start, end, name in gaps:
            found += [escape_gaps(text[place:start], known), f"{{{name}}}"]
            place = end
        return replace(command, text="".join([*found, escape_gaps(text[place:], known)]))


def _alone(text: str, start: int, end: int) -> bool:
    """Whether what stands there is a word of its own: the 1 of `calc/1.0` is not."""
    glued = _GLUED_BEFORE.search(text[max(0, start - 2) : start]) or _GLUED_AFTER.match(text, end)
    return glued is None


def _bytes(source: str) -> bytes:
    """The bytes of a template without a gap; none if it has one, or is malformed."""
    try:
        return hex_template(source, (), "utf-8").fixed or b""
    except Problem:
        return b""
