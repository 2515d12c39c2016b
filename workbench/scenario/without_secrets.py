"""Replaces secrets in what is run again by environment variables.

This is done on the finished text, so that no generator can forget it: literals are split at each
value and at the contents of headers that carry one. Any other form of a value is masked.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from workbench.frozen import dataclass
from workbench.literals import literal, parse_module, read_literal
from workbench.payload.masking import LEAST, Masker, header_values
from workbench.payload.templates import BUILT_IN
from workbench.scenario.toml_string import basic

_TOML_STRING: Final = re.compile(r"""([\w-]+|"[^"]*") = ("(?:[^"\\\n]|\\.)*"|'[^'\n]*')""")
_VALUES: Final = re.compile(r"^\[values\]\n", re.MULTILINE)
_GAP: Final = re.compile(r"\{[A-Za-z_]\w*\}")
"""What is filled in from elsewhere."""
_BUILT_IN: Final = re.compile(rf"\{{(?:{'|'.join(BUILT_IN)}|random:\d+)\}}")
_NAMING: Final = frozenset(
    {
        "text",
        "contains",
        "address",
        "bind",
        "to",
        "reply",
        "greet",
        *("hex", "reply_hex", "greet_hex"),
    }
)
"""Keys whose strings name values; others hold words of the language."""
_PATTERN: Final = "(?"
"""In a pattern a header's value is no secret but what it has to be like."""
_HEX_KEYS: Final = ("hex", "reply_hex", "greet_hex", "append_hex")
_REST: Final = "# a secret that stands in another form is masked\n"
_IMPORT: Final = re.compile(r"^(?:import|from (?!__future__))", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Named:
    """A secret: the name of its value, and its variable. `plain`: it is no secret, and the file
    contains its value.
    """

    name: str
    env: str
    plain: str | None = None

    @property
    def definition(self) -> str:
        """The line that defines the value."""
        if self.plain is not None:
            return f"{self.name} = {basic(self.plain)}\n"
        return f'{self.name} = {{ env = "{self.env}", secret = true }}\n'


class _Secrets:
    """The secrets of one text; those in headers are found on the way.

    Attributes:
        used: those that stood in it, in their order.
    """

    def __init__(self, known: Iterable[Mapping[str, str]], *, headers: bool) -> None:
        self._headers = headers
        self._known: dict[str, _Named] = {}
        for each in known:
            value, name = each.get("value", ""), each.get("name", "")
            if len(value.encode()) >= LEAST and name.isidentifier():
                self._known[value] = _Named(name, each.get("env") or name.upper())
        self.used: dict[_Named, None] = {}

    def name(self, name: str, value: str) -> None:
        """Another value, which is not a secret."""
        if len(value.encode()) >= LEAST and value not in self._known:
            self._known[value] = _Named(name, "", value)

    @property
    def values(self) -> list[str]:
        return list(self._known)

    def split(self, text: str) -> list[str | _Named]:
        """A text as parts, with secrets in place of their values."""
        for header, value in header_values(text) if self._headers else ():
            told = any(known in value for known in self._known) or _GAP.search(value)
            if not told and _PATTERN not in value:
                self._known[value] = self._of_header(header)
        parts: list[str | _Named] = [text]
        for value in sorted(self._known, key=len, reverse=True):
            parts = [piece for part in parts for piece in self._cut(part, value)]
        return parts

    def _cut(self, part: str | _Named, value: str) -> Iterator[str | _Named]:
        if not isinstance(part, str) or value not in part:
            yield part
            return
        named = self._known[value]
        self.used[named] = None
        for at, piece in enumerate(part.split(value)):
            if at:
                yield named
            if piece:
                yield piece

    def _of_header(self, header: str) -> _Named:
        stem = header.lower().replace("-", "_")
        taken = {named.name for named in self._known.values()}
        name = next(
            name
            for name in (stem, *(f"{stem}_{number}" for number in range(2, len(taken) + 3)))
            if name not in taken
        )
        return _Named(name, name.upper())


def toml_without(text: str, known: Iterable[Mapping[str, str]], *, headers: bool = True) -> str:
    """A scenario without its secrets, which are replaced by environment variables.

    `known`: name, env and value of each, as a record keeps them. `headers`: the contents of headers
    count too.
    """
    secrets = _Secrets(known, headers=headers)
    return _rest_masked(_toml_named(text, secrets), secrets)


def toml_naming(text: str, values: Mapping[str, str]) -> str:
    """A scenario that names these values wherever they occur in it, and defines them first.

    Those of less than LEAST bytes are left as they are: they would be found everywhere. So is a
    text whose braces would get another meaning with values in it.
    """
    if _BUILT_IN.search(text) and "placeholders = true" not in text:
        return text
    secrets = _Secrets((), headers=False)
    for name, value in values.items():
        secrets.name(name, value)
    return _toml_named(text, secrets, _NAMING)


def _toml_named(text: str, secrets: _Secrets, keys: Collection[str] = ()) -> str:
    """`keys`: only in these; none: in all."""

    def hide(found: re.Match[str]) -> str:
        key, spelled = found[1], tomllib.loads(f"x = {found[2]}")["x"]
        if key == "regex" or (keys and key not in keys):
            return found[0]
        if key in _HEX_KEYS:
            return f"{key} = {found[2]}" if not secrets.values else _hex(key, spelled, secrets)
        parts = secrets.split(spelled)
        if all(isinstance(part, str) for part in parts):
            return found[0]
        return f"{key} = {_toml(parts)}"

    made = _TOML_STRING.sub(hide, text)
    if secrets.used:
        made = _defining(made, list(secrets.used))
    try:
        tomllib.loads(made)
    except tomllib.TOMLDecodeError:
        return text
    return made


def _rest_masked(text: str, secrets: _Secrets) -> str:
    """Mask what is left of values in other forms, noting at the top that something was."""
    masked = Masker(secrets.values, headers=False).text(text)
    return masked if masked == text else _REST + masked


def _toml(parts: Iterable[str | _Named]) -> str:
    inner = (
        f"{{{part.name}}}" if isinstance(part, _Named) else basic(part)[1:-1] for part in parts
    )
    return f'"{"".join(inner)}"'


def _hex(key: str, spelled: str, secrets: _Secrets) -> str:
    for value in secrets.values:
        for part in secrets.split(value):
            if isinstance(part, _Named) and value.encode().hex() in spelled:
                spelled = spelled.replace(value.encode().hex(), f"{{{part.name}}}")
    return f'{key} = "{spelled}"'


def _defining(text: str, used: list[_Named]) -> str:
    """The text with the values that it uses, defined at the top."""
    table = tomllib.loads(text).get("values", {})
    new = [named for named in used if named.name not in table]
    lines = [named.definition for named in new]
    begin = _VALUES.search(text)
    if begin is not None:
        text = text[: begin.end()] + "".join(lines) + text[begin.end() :]
    else:
        text = "".join(f"values.{line}" for line in lines) + text
    return _listed(used) + text


def _listed(used: Iterable[_Named]) -> str:
    names = ", ".join(dict.fromkeys(named.env for named in used if named.plain is None))
    return "" if not names else f"# secrets, taken from the environment: {names}\n"


def python_without(code: str, known: Iterable[Mapping[str, str]], *, asks: bool = False) -> str:
    """A script without its secrets: it reads environment variables instead.

    `asks`: it is run on its own, and reads only the variables that its command line allows.
    """
    secrets = _Secrets(known, headers=True)
    lines = code.splitlines(keepends=True)
    tokens = list(tokenize.generate_tokens(io.StringIO(code).readline))
    for index in range(len(tokens) - 1, -1, -1):
        token = tokens[index]
        if token.type != tokenize.STRING:
            continue
        spelled = _expression(token.string, secrets)
        if spelled is None:
            continue
        beside = {tokens[at].type for at in (index - 1, index + 1) if 0 <= at < len(tokens)}
        if tokenize.STRING in beside:
            spelled = Masker(secrets.values).text(token.string)
        _replace(lines, token.start, token.end, spelled)
    made = "".join(lines)
    if secrets.used:
        made = _importing(made, list(secrets.used))
        made = _asking(made, secrets.used) if asks else made
    try:
        compile(made, "export", "exec")
    except SyntaxError:
        made = code
    return _rest_masked(made, secrets)


_ASKS: Final = """
for variable in {names}:
    if f" --env {{variable}} " not in f" {{' '.join(sys.argv[1:])}} ".replace("=", " "):
        told = "This reads the environment variable {{0}}. Allow it with --env {{0}}."
        sys.stderr.write(told.format(variable) + "\\n")
        sys.exit(2)
"""


def _asking(code: str, used: Iterable[_Named]) -> str:
    """Asks for permission after its imports."""
    names = dict.fromkeys(named.env for named in used if named.plain is None)
    if not names:
        return code
    try:
        body = parse_module(code).body
    except SyntaxError:
        return code
    imports = [node for node in body if isinstance(node, ast.Import | ast.ImportFrom)]
    last = imports[-1].end_lineno or 0
    lines = code.splitlines(keepends=True)
    own = "" if re.search(r"^import sys$", code, re.MULTILINE) else "import sys\n"
    asks = own + _ASKS.format(names=literal(tuple(names)))
    return "".join([*lines[:last], *asks.splitlines(keepends=True), *lines[last:]])


def _expression(spelled: str, secrets: _Secrets) -> str | None:
    """A literal as an expression that reads the environment; None: it has no secret."""
    if "f" in spelled[: min(spelled.find("'") % 99, spelled.find('"') % 99)].lower():
        return None
    value = read_literal(spelled)
    text = value.decode("latin-1") if isinstance(value, bytes) else value
    as_bytes = isinstance(value, bytes)
    parts = secrets.split(_characters(text) if as_bytes else text)
    if all(isinstance(part, str) for part in parts):
        return None
    made = []
    for part in parts:
        if isinstance(part, _Named):
            made.append(f'os.environ["{part.env}"]{".encode()" if as_bytes else ""}')
        else:
            made.append(repr(_bytes(part)) if as_bytes else literal(part))
    return f"({' + '.join(made)})"


def _characters(text: str) -> str:
    """Bytes as the characters that they are in UTF-8; invalid ones one by one."""
    return text.encode("latin-1").decode("utf-8", "surrogateescape")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _replace(lines: list[str], begin: tuple[int, int], end: tuple[int, int], text: str) -> None:
    first, last = begin[0] - 1, end[0] - 1
    whole = lines[first][: begin[1]] + text + lines[last][end[1] :]
    lines[first : last + 1] = [whole]
    lines[first + 1 : first + 1] = [""] * (last - first)  # the tokens before keep their lines


def _importing(code: str, used: list[_Named]) -> str:
    if not re.search(r"^import os$", code, re.MULTILINE):
        first = _IMPORT.search(code)
        at = first.start() if first is not None else 0
        code = f"{code[:at]}import os\n{code[at:]}"
    if code.startswith("#!"):
        shebang, _, rest = code.partition("\n")
        return f"{shebang}\n{_listed(used)}{rest}"
    return _listed(used) + code
