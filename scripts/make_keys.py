"""Write what is made of the scenario language's table of keys: both READMEs' table, the schema."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from workbench.scenario import json_schema, key_table  # noqa: E402 - found by the line above
from workbench.texts import set_language  # noqa: E402

READMES: Final = {"en": ROOT / "README.md", "zh_CN": ROOT / "resources" / "README.zh_CN.md"}


def wanted() -> dict[Path, str]:
    """Each file with the text that it has to have."""
    found = {}
    for language, path in READMES.items():
        set_language(language)
        found[path] = key_table.within(path.read_text(encoding="utf-8"))
    set_language("en")
    found[ROOT / "resources" / json_schema.FILE] = json_schema.to_json()
    return found


def main() -> None:
    """Write those that differ."""
    for path, text in wanted().items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8", newline="\n")
            print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
