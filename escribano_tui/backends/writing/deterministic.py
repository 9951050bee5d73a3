"""The writer that quotes evidence: no model, no server, never fails, and says the same of the same facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from escribano_tui.backends.offer import Offer, Opening, Wanted
from escribano_tui.backends.writing import templates
from escribano_tui.backends.writing.layout import document, own_words
from escribano_tui.backends.writing.plan import plan
from escribano_tui.backends.writing.templates import Template
from escribano_tui.domain.summary import FactSheet, Summary
from escribano_tui.ports import Availability, BackendError, BackendInfo, Stop

NAME = "deterministic"


class DeterministicWriter:
    """The port `Writer` without a model. `formats` are templates by name."""

    def __init__(self, formats: Mapping[str, Template]) -> None:
        self._formats = formats

    def write(
        self, sheet: FactSheet, format: str, before: Summary | None, stop: Stop, on_text: Callable[[str], None] | None = None
    ) -> Summary:
        """The summary of a fact sheet. Raises BackendError where there is no such format."""
        template = template_of(self._formats, format)
        chosen = plan(sheet, template)
        text = document(chosen, template, {s.subject.key: own_words(s) for s in chosen.sections})
        if on_text:
            on_text(text)
        return Summary(format, sheet.revision, text, NAME, facts_key=sheet.key)

    def close(self) -> None:
        """Nothing is held."""


def template_of(formats: Mapping[str, Template], format: str) -> Template:
    """Raises BackendError where there is no such format."""
    if format not in formats:
        raise BackendError(f"there is no summary format {format}; there are {', '.join(sorted(formats))}", fatal=True)
    return formats[format]


def formats_of(options: Mapping[str, object]) -> dict[str, Template]:
    """The shipped formats and those in the folder that the option `templates` names."""
    folder = options.get("templates")
    return templates.load(Path(str(folder)) if folder else None)[0]


def _look(wanted: Wanted) -> BackendInfo:
    return BackendInfo("writing", NAME, "", "quotes the evidence", Availability(True), embedded=True, version="1")


def _open(opening: Opening) -> DeterministicWriter:
    return DeterministicWriter(formats_of(opening.options))


OFFER = Offer("writing", NAME, _look, _open)
