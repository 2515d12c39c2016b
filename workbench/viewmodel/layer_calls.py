"""The calls of layer rows about which the window can show more (frames, handshakes,
certificates).
"""

from __future__ import annotations

from typing import Final

TLS: Final = "tls."
"""So begin those of a connection that has a handshake of TLS."""
WEBSOCKET: Final = "ws."
FRAME_SENT: Final = "ws.send"
FRAMES: Final = frozenset({FRAME_SENT, "ws.recv"})
"""Of those that tell of a frame."""
