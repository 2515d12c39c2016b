"""What is said of a search under way."""

from __future__ import annotations

import pytest

from workbench import texts
from workbench.viewmodel.log_progress import Progress, Searching, progress_told, searching_told


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_how_far_and_what_the_button_does(language: str) -> None:
    texts.set_language(language)
    sentence, share, key = progress_told(Progress(2_500_000, 10_000_000, 1_234))
    assert share == 0.25
    assert key == "log.stop"
    for number in ("2,500,000", "10,000,000", "1,234"):
        assert number in sentence.show()
    sentence, share, key = progress_told(Progress(0, 0, 0, stopped=True))
    assert (share, key) == (1.0, "log.go_on")
    sentence, share, key = searching_told(Searching(3, 2), "needle")
    assert (share, key) == (1.0, "log.stop")
    assert "needle" in sentence.show()
