"""MaskKeys: the keys that a client's frames are masked with."""

from __future__ import annotations

import os
from typing import Final

_AT_ONCE: Final = 1024
"""Bytes that the system is asked for at once."""


class MaskKeys:
    """Four unpredictable bytes for each frame (RFC 6455 5.3)."""

    def __init__(self) -> None:
        self._left = b""

    def next(self) -> bytes:
        """The mask key for the next frame."""
        if not self._left:
            self._left = os.urandom(_AT_ONCE)
        key, self._left = self._left[:4], self._left[4:]
        return key
