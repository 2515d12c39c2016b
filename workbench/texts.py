"""All texts that people read, from the files in resources/texts, for window and command line.

`resources/texts/AREA.LANGUAGE.toml` contains flat tables: key `section.name`, with `{name}` to be
filled in.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final

from workbench.frozen import dataclass
from workbench.printable import escape
from workbench.resources import resource


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the program.

    Attributes:
        code: in the names of the files, in `--lang` and in a scenario's `title_CODE`.
        locales: how the names of its locales in the system begin, in lower case; Windows spells out
            the language: "Chinese (Simplified)_China".
        qt: the file with Qt's own words in it, which PySide6 provides; "": they are built in.
        between: what stands between two sentences. listing: what stands between the names of a
            list.
    """

    code: str
    locales: tuple[str, ...]
    qt: str = ""
    between: str = " "
    listing: str = ", "


_KNOWN: Final = (
    Language("en", ()),  # where no other is asked for
    Language("zh_CN", ("zh", "chinese"), qt="qtbase_zh_CN", between="", listing="、"),
)
LANGUAGES: Final = tuple(known.code for known in _KNOWN)
_current = [LANGUAGES[0]]
_LINE: Final = re.compile(r"""(?:\[([\w.-]+)\]|([\w.-]+) = "([^"\\]*(?:\\["\\n][^"\\]*)*)"|#.*|)""")
"""What nearly every line of a file is: a table, a text with the usual escapes, or nothing."""
_ESCAPE: Final = re.compile(r"\\(.)")


def language() -> str:
    """The language of `tr`: one of LANGUAGES."""
    return _current[0]


def qt_words() -> str:
    """The file with Qt's own words in that language; "": they are built in."""
    return _spoken().qt


def sentences(*parts: str) -> str:
    """Sentences one after the other, as one text; empty ones are left out."""
    return _spoken().between.join(filter(None, parts))


def listed(names: Iterable[str]) -> str:
    """Names one after the other, as a part of a sentence."""
    return _spoken().listing.join(names)


def _spoken() -> Language:
    return next(known for known in _KNOWN if known.code == _current[0])


def next_language() -> str:
    """The language that comes next when the user switches from one to another."""
    return LANGUAGES[(LANGUAGES.index(_current[0]) + 1) % len(LANGUAGES)]


def set_language(name: str) -> None:
    """Choose the language; every text made from now on is in it.

    Raises:
        ValueError: not one of LANGUAGES.
    """
    if name not in LANGUAGES:
        raise ValueError(f"{name}: one of {', '.join(LANGUAGES)}")
    _current[0] = name


def system_language() -> str:
    """The language that the system's locale asks for; English if there is no translation."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    wished = next((os.environ[key] for key in names if os.environ.get(key)), None)
    if wished is None:
        import locale  # where there is no such variable: Windows, or a bare environment

        wished = locale.getlocale()[0] or ""
    found = (known.code for known in _KNOWN if wished.lower().startswith(known.locales))
    return next(found, LANGUAGES[0])


class _Texts(dict[str, str]):
    """The texts of one language by key; a file is parsed when one of its sections is first needed.

    At its start the window needs half of them, and most commands a few.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self._files: dict[str, list[str]] = {}  # their texts, by section
        self._parsed: set[str] = set()
        for path in sorted(resource("texts").glob(f"*.{name}.toml")):
            text = path.read_text(encoding="utf-8")
            for section in _sections(text):
                self._files.setdefault(section, []).append(text)

    def __missing__(self, key: str) -> str:
        self._parse(key.partition(".")[0])
        if key not in self:
            raise KeyError(key)
        return self[key]

    def whole(self) -> Mapping[str, str]:
        """All texts of the language."""
        for section in self._files:
            self._parse(section)
        return self

    def _parse(self, section: str) -> None:
        for text in self._files.get(section, ()):
            if text not in self._parsed:
                self.update(_read(text))
                self._parsed.add(text)  # last: another thread may ask for the same meanwhile


def _sections(text: str) -> set[str]:
    """The sections that a file contains. Every start asks all files for them, so no pattern is
    used.
    """
    heads = (part.partition("]")[0] for part in f"\n{text}".split("\n[")[1:])
    return {head.partition(".")[0] for head in heads}


def _read(text: str) -> dict[str, str]:
    """The texts of a file, which is TOML.

    A start reads some hundred lines, and tomllib takes ten times as long for one as it takes to see
    that it has the usual form. What does not, a line or the whole file, is left to tomllib.
    """
    found: dict[str, str] = {}
    prefix = ""
    for line in text.splitlines():
        match = _LINE.fullmatch(line)
        if match is None:
            try:
                if line.lstrip().startswith("["):
                    raise ValueError("a table of another form")
                _flatten(prefix, _toml(line), found)
            except ValueError:  # or a value that continues on the next line
                found.clear()
                _flatten("", _toml(text), found)
                return found
        elif match[1]:
            prefix = f"{match[1]}."
        elif match[2]:
            said = match[3]
            found[prefix + match[2]] = _ESCAPE.sub(_unescaped, said) if "\\" in said else said
    return found


def _unescaped(match: re.Match[str]) -> str:
    return "\n" if match[1] == "n" else match[1]


def _toml(text: str) -> dict[str, object]:
    import tomllib  # no file for the command line has such a line

    return tomllib.loads(text)


def _flatten(prefix: str, table: Mapping[str, object], texts: dict[str, str]) -> None:
    for key, value in table.items():
        if isinstance(value, Mapping):
            _flatten(f"{prefix}{key}.", value, texts)
        else:
            texts[prefix + key] = str(value)


@cache
def _texts(name: str) -> _Texts:
    return _Texts(name)


def catalogue(name: str) -> Mapping[str, str]:
    """All texts of a language by key."""
    return _texts(name).whole()


def in_all_languages(key: str) -> tuple[str, ...]:
    """A text in each of LANGUAGES: what was named in one is recognized in another."""
    return tuple(_texts(name)[key] for name in LANGUAGES)


def has(key: str) -> bool:
    """Whether there is such a text."""
    try:
        _texts(_current[0])[key]
    except KeyError:
        return False
    return True


def tr(key: str, /, *positional: object, **values: object) -> str:
    """The text of a key in the current language, filled in.

    What fills it in may be of a stranger (a path, a name, what a peer sent): a line break or a
    control character in it is shown as an escape, so that a sentence stays one.

    Raises:
        KeyError: no such text: a fault of the program, found by its tests.
    """
    text = _texts(_current[0])[key]
    if not positional and not values:
        return text.format()
    return text.format(
        *map(_one_line, positional), **{name: _one_line(value) for name, value in values.items()}
    )


def _one_line(value: object) -> object:
    """A value made fit for one line.

    A number stays one, since its text may say how many decimals it wants.
    """
    return value if isinstance(value, int | float | Problem) else escape(str(value))


class Problem(Exception):
    """An error that a person can mend: a text key and the values that fill it in, in any language.

    Attributes:
        key, args_: the text and its values.
    """

    def __init__(self, key: str, /, **args_: object) -> None:
        super().__init__(key)
        self.key = key
        self.args_ = args_

    @property
    def text(self) -> str:
        """The sentence in the current language."""
        return tr(self.key, **self.args_)

    def __str__(self) -> str:
        return self.text


def reason_of(error: OSError) -> Problem | str:
    """Why the system refused a file, in the user's language if there are words for it."""
    name = errno.errorcode.get(error.errno or 0, "")
    if has(f"system.{name}"):
        return Problem(f"system.{name}")
    text = error.strerror or str(error)
    return Problem("system.other", name=name, text=text) if name else text
