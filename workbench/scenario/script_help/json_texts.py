"""JSON that is expected, taken and sent."""

from __future__ import annotations

from typing import Any

from workbench.payload.json_values import ANY, differences, document, value_at
from workbench.payload.templates import Value
from workbench.scenario.json_stream import JsonTexts
from workbench.scenario.script_help.expecting import ways
from workbench.scenario.script_help.filling import value
from workbench.scenario.script_help.noted_socket import big_endian, literally, values
from workbench.texts import Problem


def json_value(name: str) -> Value:
    """A value with its type in JSON."""
    return Value(value(name), name in big_endian, literally.get(name))


def match_json(data: bytes, what: dict[str, Any], whole: bool) -> int | None:
    """How many bytes an object or message takes that contains what is wanted."""
    encoding = what.get("encoding") or "utf-8"
    if whole:
        try:
            came = document(data, encoding, http=bool(what.get("http")))
        except Problem:
            return None
        return len(data) if fits_json(came, what) else None
    texts = JsonTexts()
    text = data.decode(encoding, "surrogateescape")
    texts.feed(text)
    while (found := texts.next()) is not None:
        if fits_json(found[2], what):
            return len(text[: found[1]].encode(encoding, "surrogateescape"))
    return None


def fits_json(came: Any, what: dict[str, Any]) -> bool:
    """Whether it contains what is wanted and what is to be taken, which is then taken."""
    paths: dict[str, str] = what.get("take") or {}
    if differences(what["json"], came) or any(
        differences({at: ANY}, came) for at in paths.values()
    ):
        return False
    for name, at in paths.items():
        found = value_at(came, at)
        if found is not None:
            values[name], literally[name] = found.data, found.literal
            big_endian.discard(name)
    return True


ways["json"] = match_json
