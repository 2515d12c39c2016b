"""The windows beside the main one: words and room in both languages."""

from __future__ import annotations

