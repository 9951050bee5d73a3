"""Forms made from what settings say of themselves: frozen dataclasses in sections, each field with help and bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar, cast

from textual.binding import Binding

from escribano_tui.domain.text import clean_line

F = TypeVar("F")

# Keys of a form whose rows are settings.
FORM_KEYS = (
    Binding("escape,q", "close", show=False),
    Binding("enter", "edit", show=False),
    Binding("space,right", "turn(1)", show=False),
    Binding("left", "turn(-1)", show=False),
    Binding("r", "reset", show=False),
    Binding("down,j", "move(1)", show=False),
    Binding("up,k", "move(-1)", show=False),
    Binding("pagedown", "move(10)", show=False),
    Binding("pageup", "move(-10)", show=False),
)


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of the form."""

    section: str
    name: str
    help: str
    unit: str
    choices: tuple[str, ...]
    bounds: str

    @property
    def label(self) -> str:
        """Its name as it is read: `idle` for `idle_s`, whose unit stands behind the value."""
        unit = f"_{self.unit.lower()}" if self.unit in ("s", "MB") else ""
        return self.name.removesuffix(unit).replace("_", " ")


def settings_of(form: Any, sections: Sequence[str]) -> list[Setting]:
    """Every field of every section, with what its metadata says."""
    found = []
    for section in sections:
        for f in fields(getattr(form, section)):
            low, high = f.metadata.get("low"), f.metadata.get("high")
            bounds = f"{low:g} to {high:g}" if low is not None and high is not None else ""
            meta = f.metadata
            found.append(
                Setting(section, f.name, meta.get("help", ""), meta.get("unit", ""), tuple(meta.get("choices") or ()), bounds)
            )
    return found


def value_of(form: Any, setting: Setting) -> Any:
    return getattr(getattr(form, setting.section), setting.name)


def shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def parsed(text: str, before: object) -> object:
    """What was typed, as the kind of value that the field has. Raises ValueError."""
    text = clean_line(text)
    if isinstance(before, bool):
        if text.casefold() not in ("yes", "no"):
            raise ValueError
        return text.casefold() == "yes"
    if isinstance(before, tuple):
        return tuple(v for part in text.split(",") if (v := clean_line(part)))
    return type(before)(text) if isinstance(before, (int, float)) else text


def with_value(form: F, setting: Setting, value: object) -> F:
    """The form with one of its fields changed."""
    changed: Any = replace(getattr(form, setting.section), **{setting.name: value})
    made: Any = replace(cast(Any, form), **{setting.section: changed})
    return cast(F, made)
