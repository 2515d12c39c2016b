"""What a person at a screen does beside pressing keys: see where buttons are, close the window."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from PySide6.QtGui import QColor, QImage

_GRAB = """
import sys
from PySide6.QtGui import QGuiApplication
app = QGuiApplication(sys.argv[:1])
assert app.primaryScreen().grabWindow(0).save(sys.argv[1])
"""
_STEP = 4
_NEAR = 24
_BUTTON = 30


def picture(environment: Mapping[str, str], path: Path) -> QImage:
    """What is on the display, taken by a program of its own."""
    subprocess.run([sys.executable, "-c", _GRAB, str(path)], env=environment, check=True)
    return QImage(str(path))


def boxes(image: QImage, colour: str) -> list[tuple[int, int]]:
    """Middles of the areas filled with a colour, line by line as one reads.

    The discs with the numbers of the first steps are narrower than any button.
    """
    wanted = QColor(colour).rgb()
    found: list[list[int]] = []  # left, top, right, bottom
    for y in range(0, image.height(), _STEP):
        for x in range(0, image.width(), _STEP):
            if image.pixel(x, y) != wanted:
                continue
            for box in found:
                if box[0] - _NEAR <= x <= box[2] + _NEAR and box[1] - _NEAR <= y <= box[3] + _NEAR:
                    box[0], box[2] = min(box[0], x), max(box[2], x)
                    box[3] = max(box[3], y)
                    break
            else:
                found.append([x, y, x, y])
    # what stands on one line may differ by a few pixels
    found.sort(key=lambda box: (round((box[1] + box[3]) / 2 / _NEAR), box[0]))
    wide = [box for box in found if box[2] - box[0] >= _BUTTON]
    return [((left + right) // 2, (top + bottom) // 2) for left, top, right, bottom in wide]


class _ClientMessage(ctypes.Structure):
    """XClientMessageEvent (Xlib.h); an XEvent is 24 longs."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("window", ctypes.c_ulong),
        ("message_type", ctypes.c_ulong),
        ("format", ctypes.c_int),
        ("data", ctypes.c_long * 5),
        ("pad", ctypes.c_long * 24),
    )


def ask_to_close(display: str, window: int) -> None:
    """WM_DELETE_WINDOW, as a window manager sends it for its close button (ICCCM 4.2.8.1)."""
    x11 = ctypes.CDLL("libX11.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XInternAtom.restype = ctypes.c_ulong
    x11.XInternAtom.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
    x11.XSendEvent.argtypes = [
        ctypes.c_void_p,
        ctypes.c_ulong,
        ctypes.c_int,
        ctypes.c_long,
        ctypes.POINTER(_ClientMessage),
    ]
    x11.XCloseDisplay.argtypes = [ctypes.c_void_p]
    connection = x11.XOpenDisplay(display.encode())
    assert connection, display
    message = _ClientMessage(type=33, window=window, format=32)  # ClientMessage
    message.message_type = x11.XInternAtom(connection, b"WM_PROTOCOLS", 0)
    message.data[0] = x11.XInternAtom(connection, b"WM_DELETE_WINDOW", 0)
    assert x11.XSendEvent(connection, window, 0, 0, ctypes.byref(message))
    x11.XCloseDisplay(connection)  # sends what is still queued
