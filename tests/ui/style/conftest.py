"""Windows as a person sees them: with the style sheet."""

from __future__ import annotations

import pytest


@pytest.fixture
def dressed() -> bool:
    return True
