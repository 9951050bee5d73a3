"""What a run tells the world, and the one state that bars, headless output and tests are made from."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from escribano_tui.domain.machine import served_by
from escribano_tui.domain.phrase import many

PHASES: tuple[str, ...] = (
    "probe", "scan", "frames", "read", "describe", "listen", "transcribe", "refine",
    "segment", "align", "subjects", "summarize",
)  # fmt: skip
LANES: dict[str, tuple[str, ...]] = {
    "screen": ("scan", "frames", "read", "describe"),
    "speech": ("listen", "transcribe", "refine"),
    "log": ("segment", "align", "subjects", "summarize"),
}
UNITS: dict[str, str] = {  # what phases go through
    "read": "picture", "describe": "picture", "transcribe": "span", "refine": "span", "align": "segment", "summarize": "format",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PhaseStarted:
    """`done` items are through already, from an earlier run that stopped half-way. `backend` is an id, `label` its name;
    `part` the part of the machine (0..1) that it keeps busy while it works, 0.0 where that is nothing to speak of."""

    phase: str
    at_s: float
    total: int | None = None
    backend: str = ""
    model: str = ""
    note: str = ""
    done: int = 0
    label: str = ""
    part: float = 0.0


@dataclass(frozen=True, slots=True)
class PhaseProgressed:
    """`done` of `total` items are through (`total` None: not known yet), `failed` of them without a result.

    `worked` is the share of this run's work that is through, 0..1, where some items are dearer than others; `expected_s`
    what all of that work takes once it is known how much there is: at the pace of so many (`measured`) past runs on this
    machine, or of a slow one. `alone_s` is how long the phase has worked, as if it had the machine to itself, `in_hand` the
    share of the work that is through once the item in hand is. `looks` are pictures of the recording still to be looked at.
    """

    phase: str
    at_s: float
    done: int
    total: int | None = None
    failed: int = 0
    note: str = ""
    worked: float | None = None
    expected_s: float | None = None
    measured: int = 0
    alone_s: float | None = None
    in_hand: float = 0.0
    looks: int | None = None


@dataclass(frozen=True, slots=True)
class PhaseFinished:
    phase: str
    at_s: float
    items: int = 0
    failed: int = 0
    wall_s: float = 0.0
    busy_s: float = 0.0
    reused: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class PhaseSkipped:
    phase: str
    at_s: float
    why: str


@dataclass(frozen=True, slots=True)
class PhaseFailed:
    phase: str
    at_s: float
    message: str


@dataclass(frozen=True, slots=True)
class PhaseCancelled:
    phase: str
    at_s: float


@dataclass(frozen=True, slots=True)
class ItemFailed:
    """One frame, span or other item without a result; it is kept and can be tried again on its own."""

    phase: str
    item: str
    message: str


@dataclass(frozen=True, slots=True)
class Looked:
    """What is being looked at now: a moment, its thumbnail (a path, or empty) and a line of text."""

    t_s: float
    thumbnail: str = ""
    line: str = ""


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A segment as drafted so far, for the run screen."""

    start_ms: int
    end_ms: int
    activity: str
    title: str
    app: str


@dataclass(frozen=True, slots=True)
class Drafted:
    """The segments drafted so far."""

    rows: tuple[DraftRow, ...]


@dataclass(frozen=True, slots=True)
class RunEnded:
    """`state` is finished, failed or cancelled."""

    state: str
    wall_s: float
    message: str = ""


Event = (
    PhaseStarted | PhaseProgressed | PhaseFinished | PhaseSkipped | PhaseFailed | PhaseCancelled
    | ItemFailed | Looked | Drafted | RunEnded
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PhaseState:
    """One bar. `state` is waiting, running, finished, skipped, failed or cancelled."""

    phase: str
    state: str = "waiting"
    done: int = 0
    total: int | None = None
    failed: int = 0
    reused: bool = False
    backend: str = ""
    model: str = ""
    note: str = ""
    started_at_s: float = 0.0
    updated_at_s: float = 0.0
    first_done: int = 0
    wall_s: float = 0.0
    busy_s: float = 0.0
    weighed: float | None = None  # share of this run's work, where the phase has told it
    expected_s: float | None = None  # of all of that work, at a known pace
    label: str = ""  # of the backend
    part: float = 0.0
    measured: int = 0
    alone_s: float | None = None
    in_hand: float = 0.0
    looks: int | None = None

    @property
    def worked(self) -> float | None:
        """Share of this run's work that is through, 0..1, or None where that is not known."""
        if self.weighed is not None or not self.total:
            return self.weighed
        left = self.total - self.first_done
        return min(1.0, (self.done - self.first_done) / left) if left > 0 else 1.0

    @property
    def told(self) -> str:
        """What it says of itself, else how much it did."""
        if self.note or not self.done:
            return self.note
        return many(self.done, UNITS.get(self.phase, "item"))

    @property
    def served_by(self) -> str:
        """The backend and its model in words; empty where there is none, or it is not known."""
        return served_by(self.label or self.backend, self.model)

    @property
    def share(self) -> float | None:
        """How much of it is through, 0..1, or None where the total is not known."""
        if self.state in ("finished", "skipped"):
            return 1.0
        if not self.total:
            return None
        return min(1.0, self.done / self.total)

    @property
    def rate(self) -> float:
        """Items a second since it started; 0.0 before the first."""
        elapsed = self.updated_at_s - self.started_at_s
        return (self.done - self.first_done) / elapsed if elapsed > 0 else 0.0

    @property
    def left_s(self) -> float | None:
        """Seconds left at this rate, or None where that cannot be said yet."""
        if self.state != "running" or not self.worked:
            return None
        return max(0.0, self.updated_at_s - self.started_at_s) * (1 - self.worked) / self.worked


@dataclass(frozen=True, slots=True)
class RunState:
    """A run as its events tell it; `apply` is pure."""

    phases: dict[str, PhaseState] = field(default_factory=lambda: {p: PhaseState(p) for p in PHASES})
    state: str = "running"
    message: str = ""
    wall_s: float = 0.0
    looked: Looked | None = None
    draft: tuple[DraftRow, ...] = ()
    failures: tuple[ItemFailed, ...] = ()

    def apply(self, event: Event) -> RunState:
        """The state after one event."""
        match event:
            case Looked():
                return replace(self, looked=event)
            case Drafted():
                return replace(self, draft=event.rows)
            case ItemFailed():
                return replace(self, failures=(*self.failures, event))
            case RunEnded():
                return replace(self, state=event.state, wall_s=event.wall_s, message=event.message)
            case _:
                before = self.phases.get(event.phase, PhaseState(event.phase))
                return replace(self, phases={**self.phases, event.phase: _after(before, event)})

    @property
    def done(self) -> bool:
        return self.state != "running"


def _after(
    p: PhaseState,
    event: PhaseStarted | PhaseProgressed | PhaseFinished | PhaseSkipped | PhaseFailed | PhaseCancelled,
) -> PhaseState:
    at_s = event.at_s
    match event:
        case PhaseStarted():
            return replace(
                p, state="running", total=event.total, backend=event.backend, model=event.model, note=event.note,
                started_at_s=at_s, updated_at_s=at_s, done=event.done, first_done=event.done, failed=0,
                weighed=None, expected_s=None, label=event.label, part=event.part, measured=0, alone_s=None, in_hand=0.0,
                looks=None,
            )  # fmt: skip
        case PhaseProgressed():
            return replace(
                p, done=event.done, total=event.total if event.total is not None else p.total,
                failed=event.failed, note=event.note or p.note, updated_at_s=at_s,
                weighed=event.worked if event.worked is not None else p.weighed,
                expected_s=event.expected_s if event.expected_s is not None else p.expected_s,
                measured=event.measured or p.measured, alone_s=event.alone_s if event.alone_s is not None else p.alone_s,
                in_hand=event.in_hand, looks=event.looks if event.looks is not None else p.looks,
            )  # fmt: skip
        case PhaseFinished():
            return replace(
                p, state="finished", done=event.items, total=event.items, failed=event.failed, wall_s=event.wall_s,
                busy_s=event.busy_s, reused=event.reused, note=event.note or p.note, updated_at_s=at_s,
            )  # fmt: skip
        case PhaseSkipped():
            return replace(p, state="skipped", note=event.why, updated_at_s=at_s)
        case PhaseFailed():
            return replace(p, state="failed", note=event.message, updated_at_s=at_s)
        case PhaseCancelled():
            return replace(p, state="cancelled", updated_at_s=at_s)
