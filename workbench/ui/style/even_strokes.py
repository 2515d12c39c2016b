"""Keeps letters of CFF fonts (Noto CJK and others) as heavy on dark as on light.

Qt has FreeType thicken the stems of such fonts, and blends them with a gamma that suits dark on
light: light letters on dark get 1.4 times the ink, and look bold beside those of a TrueType font. A
font asks only once whether its stems are thickened, so this is switched off before the first.
"""

from __future__ import annotations

import mmap
import sys
from functools import cache
from pathlib import Path
from typing import Final

from PySide6.QtCore import QLibraryInfo

QT: Final = "libQt6Gui.so.6"
FREETYPE: Final = "libfreetype.so.6"
DRIVER: Final = b"cff"
PROPERTY: Final = b"no-stem-darkening"
"""freetype/ftdriver.h; FreeType's own default is true, and Qt sets false."""


@cache
def keep_strokes_even() -> bool:
    """Have FreeType draw stems as they are; False: this Qt draws its fonts in another way.

    Qt has no call for it, and overrides the environment (FREETYPE_PROPERTIES). The FT_Library of
    the calling thread, which must be the one that paints, is exported by Qt as qt_getFreetype().
    """
    if sys.platform != "linux" or not _linked():
        return False  # other systems draw their fonts themselves
    import ctypes  # it takes 2 ms of a start, where it is of use

    try:
        library = ctypes.CDLL(QT)
        of_qt, put = library._Z14qt_getFreetypev, library.FT_Property_Set
    except (OSError, AttributeError):
        return False
    of_qt.restype = ctypes.c_void_p
    of_qt.argtypes = []
    put.restype = ctypes.c_int
    put.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_void_p]
    freetype, even = of_qt(), ctypes.c_ubyte(1)
    return bool(freetype) and put(freetype, DRIVER, PROPERTY, ctypes.byref(even)) == 0


def _linked() -> bool:
    """Whether Qt draws with the FreeType loaded in the process, and not with a built-in one:
    objects of one must not be passed to the other.
    """
    path = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.LibrariesPath), QT)
    try:
        with (
            path.open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
        ):
            return content.find(f"\0{FREETYPE}\0".encode()) >= 0
    except (OSError, ValueError):
        return False
