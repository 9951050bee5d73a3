"""What the run screen says in words: how the run stands, how it went, what the models take."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from escribano_tui.domain.machine import Resident, Residents, amount
from escribano_tui.domain.times import clock, duration
from escribano_tui.ui.runs import Kept
from escribano_tui.ui.words import many

POINT = " · "


def standing(kept: Kept, ahead: int) -> tuple[str, str]:
    """How a run stands, and the ink to say it in. `ahead` is how many runs come before one that waits."""
    state = kept.state
    if kept.error:
        return kept.error, "error"
    match state.state:
        case "finished":
            return f"✓ finished in {clock(state.wall_s)}, {speed(kept)}", "success"
        case "failed":
            return f"✗ failed: {state.message}" if state.message else "✗ failed", "error"
        case "cancelled":
            return "■ cancelled; what was finished stays", "warning"
    if not kept.started:
        return f"waits for {many(ahead, 'other run')}", "muted"
    if kept.paused:
        return "‖ paused", "warning"
    left = kept.lefts().in_all_s
    return (f"{clock(left)} left" if left is not None else "running"), "accent"


def speed(kept: Kept) -> str:
    return f"{kept.recording.duration_s / max(0.001, kept.state.wall_s):.1f} times real time"


def fitting(parts: Sequence[str], room: int) -> str:
    """Parts with a point between them; those that have no room are left out from the last one on."""
    kept = list(parts)
    while kept and cell_len(POINT.join(kept)) > room:
        kept.pop()
    return POINT.join(kept)


def outcome(kept: Kept) -> list[str]:
    """What was looked at, once the run has come to its end; what matters most first."""
    if kept.state.state != "finished":
        return []
    described = kept.state.phases["describe"]
    aside = len(kept.state.failures) or sum(p.failed for p in kept.state.phases.values())
    parts = [f"{many(described.done - described.failed, 'frame')} looked at"] if described.state == "finished" else []
    parts += [f"{aside:,} put aside"] if aside else []
    if kept.coverage is not None:
        parts.append(f"{kept.coverage.share_of_time:.0%} of the time covered")
        if kept.coverage.spoken_s > 0:
            done = kept.coverage.spoken_s - kept.coverage.speech_untranscribed_s
            parts.append(f"{duration(round(done * 1000))} of {duration(round(kept.coverage.spoken_s * 1000))} of speech")
    parts += [f"first look after {kept.first_look_s:.0f} s"] if kept.first_look_s is not None else []
    return parts


def memory(residents: Residents, room: int = 200) -> str:
    """`models 541 MB of 10.0 GB: RapidOCR 351 MB · Moonshine 190 MB`; empty where none was loaded yet."""
    if not residents.models:
        return ""
    if not residents.loaded:
        return f"models: none in memory · limit {amount(residents.limit_mb)}"
    total = f"models {amount(residents.used_mb)} of {amount(residents.limit_mb)}: "
    return total + fitting([_model(m) for m in residents.loaded], room - len(total))


def _model(model: Resident) -> str:
    return f"{model.label} {amount(model.size_mb)}{' ▸' if model.busy else ''}"
