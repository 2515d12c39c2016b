"""Export: JSON of a step as an expression that fills its values in when it runs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from workbench.literals import literal
from workbench.payload.json_values import FromGap, read_json
from workbench.payload.templates import BUILT_IN, Gap, text_template
from workbench.scenario.code_values import CodePlace, expression, number
from workbench.texts import Problem


def json_code(source: Any, names: Collection[str], *, sent: bool) -> str:
    """A table, a list, or a text of JSON.

    Raises:
        Problem: a text of JSON with values in it, which a script cannot quote.
    """
    if not isinstance(source, str):
        return _code(source, names, sent=sent)
    if text_template(source, names, "utf-8").fixed is None:
        raise Problem("scenario.not_in_code")
    return literal(read_json(source))


def _code(source: Any, names: Collection[str], *, sent: bool) -> str:
    if isinstance(source, Mapping):
        items = (f"{literal(key)}: {_code(part, names, sent=sent)}" for key, part in source.items())
        return f"{{{', '.join(items)}}}"
    if isinstance(source, list):
        return f"[{', '.join(_code(part, names, sent=sent) for part in source)}]"
    if isinstance(source, FromGap):
        return f"FromGap({literal(str(source))}, untyped={source.untyped})"
    if not isinstance(source, str):
        return literal(source)
    template = text_template(source, names, "utf-8")
    if template.fixed is not None:
        return literal(template.fixed.decode())
    place = CodePlace("utf-8")
    parts = [part for part in template.parts if part not in {b"", ""}]
    gap = parts[0] if len(parts) == 1 else None
    if isinstance(gap, Gap) and len(gap.terms) > 1:
        return number(gap, place)
    if isinstance(gap, Gap) and not gap.terms[0][2] and gap.terms[0][1] not in BUILT_IN:
        return f"of_value(json_value({literal(gap.terms[0][1])}), sent={sent})"
    return f"FromGap(({expression(template, place)}).decode('utf-8', 'replace'))"
