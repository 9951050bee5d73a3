"""Programs that some pictures name and others do not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from escribano_tui.domain.cues import ANY_BROWSER, Cues
from escribano_tui.domain.evidence import Description

UNNAMED = ANY_BROWSER.name
MOST_OF = 0.75  # of the pictures that name a browser


def with_browsers_named(descriptions: Sequence[Description], cues: Cues | None) -> tuple[Description, ...]:
    """Descriptions in which a browser without a name has the one that the recording's other pictures give theirs, where
    most of those agree."""
    browsers = {p.name for p in cues.programs if p.kind == "browser"} if cues is not None else set()
    named = Counter(d.apps[0] for d in descriptions if d.apps and d.apps[0] in browsers)
    if not named:
        return tuple(descriptions)
    name, count = named.most_common(1)[0]
    if count < MOST_OF * sum(named.values()):
        return tuple(descriptions)
    return tuple(_named(d, name) if d.apps[:1] == (UNNAMED,) else d for d in descriptions)


def _named(description: Description, name: str) -> Description:
    def put(text: str) -> str:
        return re.sub(rf"\b(in|at) {UNNAMED}(?=[.,;]|$)", rf"\1 {name}", text)

    why = tuple(f"{name}{w[len(UNNAMED) :]}" if w.startswith(f"{UNNAMED} ") else w for w in description.why)
    return replace(description, apps=(name, *description.apps[1:]), sentence=put(description.sentence), why=why)
