"""Errors of calls: symbol, Python class, and the key of the text that explains them."""

from __future__ import annotations

import builtins
import errno
import os
import socket
from functools import cache
from typing import TYPE_CHECKING, Final

from workbench.named_tuple import NamedTuple
from workbench.texts import Problem, catalogue, has, language

if TYPE_CHECKING:
    from workbench.engine.model.layer_fault import LayerFault

_EAI: Final = {
    value: key
    for key, value in vars(socket).items()
    if key.startswith("EAI_") and isinstance(value, int)
}

_OTHER: Final = "errors.other"
_FAMILIES: Final = (
    ("PROXY_", "PROXY_STATUS"),
    ("SOCKS_", "SOCKS_OTHER"),
    *((f"HTTP_{digit}", f"HTTP_{digit}XX") for digit in "235"),
    ("HTTP_", "HTTP"),
)
"""Prefixes of words of layers which do not all have a text of their own, and whose text they
use.
"""

OF_TLS: Final = frozenset(
    {
        *("SSLError", "SSLZeroReturnError", "SSLWantReadError", "SSLWantWriteError"),
        *("SSLSyscallError", "SSLEOFError", "SSLCertVerificationError"),
    }
)
"""Subclasses of OSError from a module that nothing else here needs."""
PENDING: Final = frozenset({"EINPROGRESS", "EAGAIN"})
"""A call that has to wait has not failed."""
CLASSES: Final = (
    "OverflowError",
    "ValueError",
    "TypeError",
    "UnicodeError",
    "TimeoutError",
    "UnicodeEncodeError",
)


USER_ERRORS: Final = (OSError, OverflowError, TypeError, ValueError, Problem)
"""What a call, or a person's input, may raise; anything else is a bug of the program."""


class Failure(NamedTuple):
    """A failed call as the log keeps it.

    Attributes:
        errno: its symbol, EAI_* included; None: Python gives none (our own timeout).
        error: the Python class.
        key: of the explanation.
        fault: of a layer: the row that reports it, if that says more than the word.
    """

    errno: str | None
    error: str
    key: str
    fault: LayerFault | None = None


class LayerError(Exception):
    """A layer ended before its handshake was done; its word (`HTTP_401` …) takes the place of an
    errno.
    """

    def __init__(self, word: str, fault: LayerFault | None = None) -> None:
        super().__init__(word)
        self.word = word
        self.fault = fault


class LayerLate(LayerError):
    """The handshake of a layer took too long; a TimeoutError with the layer's word."""


class LayerReset(LayerError):
    """The peer reset the connection during a layer's handshake: the error is the call's own, the
    fault is the row that says how far the handshake got.
    """

    def __init__(self, error: OSError, fault: LayerFault) -> None:
        super().__init__(fault.word, fault)
        self.error = error


def is_error(wanted: str, got: str) -> bool:
    """Whether a class in the log is the wanted one or a subclass of it, as `except` understands it:
    ConnectionResetError is a ConnectionError, and an OSError.
    """
    if wanted == got:
        return True
    base = OSError if wanted == "SSLError" else getattr(builtins, wanted, None)
    if got in OF_TLS or got in {"gaierror", "herror"}:
        found: object = OSError
    else:
        found = None if wanted == "SSLError" else getattr(builtins, got, None)
    return isinstance(base, type) and isinstance(found, type) and issubclass(found, base)


def symbol(number: int) -> str:
    """The errno's name: ECONNREFUSED for 111 on Linux; where there are two names, the one that
    strace shows.
    """
    if number == errno.EAGAIN:
        return "EAGAIN"
    if number == errno.EOPNOTSUPP:
        return "EOPNOTSUPP"  # on Linux also ENOTSUP
    return errno.errorcode.get(number, f"errno {number}")


def describe(error: BaseException) -> Failure:
    """The symbol and class of an exception, as the log keeps them."""
    name = type(error).__name__
    if isinstance(error, socket.gaierror):
        found = _EAI.get(error.errno or 0, f"EAI {error.errno}")
        return Failure(found, name, explanation_key(found, name))
    if isinstance(error, OSError) and error.errno is not None:
        found = symbol(error.errno)
        return Failure(found, name, explanation_key(found, name))
    if isinstance(error, LayerReset):
        return describe(error.error)._replace(fault=error.fault)
    if isinstance(error, LayerLate):
        late, word = TimeoutError.__name__, error.word
        return Failure(word, late, explanation_key(word, late), error.fault)
    if isinstance(error, LayerError):
        return Failure(None, error.word, explanation_key(None, error.word), error.fault)
    return Failure(None, name, explanation_key(None, name))


def explanation_key(errno_name: str | None, error: str | None) -> str:
    """The text key before `.what`, `.kernel` and `.try` for a failed call."""
    if errno_name is not None and has(f"errors.{errno_name}.what"):
        return f"errors.{errno_name}"
    if errno_name is None and (error in CLASSES or has(f"errors.{error}.what")):
        return f"errors.{error}"
    word = errno_name or error or ""
    if error is not None and errno_name is None and has(f"errors.{word}.what"):
        return f"errors.{word}"
    return next((f"errors.{key}" for begin, key in _FAMILIES if word.startswith(begin)), _OTHER)


@cache
def explained() -> tuple[str, ...]:
    """The symbols that have an explanation of their own, `[errors.SYMBOL]` in
    resources/texts/errors.
    """
    keys = (key.split(".") for key in catalogue(language()) if key.startswith("errors.E"))
    return tuple(symbol for _, symbol, part in keys if part == "what")


def system_text(errno_name: str | None) -> str:
    """The system's own short text for a symbol; "": it has none."""
    number = getattr(errno, errno_name or "", None)
    return os.strerror(number) if isinstance(number, int) else ""
