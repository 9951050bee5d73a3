"""Phase `subjects`: the segments in threads of work, idle and personal time apart. With it the draft is whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from escribano_tui.domain.evidence import Description, ScreenLine, SpeechSpan, Utterance
from escribano_tui.domain.profile import Profile
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.segment import Segment
from escribano_tui.domain.speech import settled
from escribano_tui.domain.timeline import Timeline
from escribano_tui.pipeline.known_cues import known_cues
from escribano_tui.pipeline.segmenting.features import features_of
from escribano_tui.pipeline.segmenting.proposed import MOST_CARDS, cards_of, checked
from escribano_tui.pipeline.segmenting.subjects import placed, work_of
from escribano_tui.pipeline.segmenting.threads import threads
from escribano_tui.ports import BackendError, Card, Choice, Grouper, PhaseContext

ITEM = "subjects"
MOST_RAW = 2_000  # characters of an answer that are kept


class Subjects:
    """One item: the final segments, each with its subject, and the subjects."""

    name = "subjects"
    version = 1
    port = "grouping"

    def __init__(self, own_cues: str = "") -> None:
        self.own_cues = own_cues

    def skip(self, recording: Recording, profile: Profile) -> str:
        return ""

    def run(self, context: PhaseContext) -> None:
        context.expect(1)
        cues = known_cues(self.own_cues)
        segments = context.load("segment", Segment)
        said = settled(
            context.load("transcribe", Utterance), context.load("refine", Utterance), context.load("listen", SpeechSpan)
        )  # fmt: skip
        tools = {command for program in cues.programs for command in program.commands}
        described, lines = context.load("describe", Description), context.load("read", ScreenLine)
        features = features_of(segments, described, lines, said, {*cues.topics, *tools}, cues.stop_words)
        context.check()
        work = work_of(segments)
        found = threads([segments[k] for k in work], [features[k] for k in work])
        asked = _Asked(context)
        proposed = asked.threads([segments[k] for k in work], found)
        grouped, subjects = placed(segments, work, proposed)
        Timeline(context.recording.duration_ms, tuple(grouped), tuple(subjects))  # raises where the draft would not hold
        if asked.problem is None:
            context.put(ITEM, [*grouped, *subjects])
        else:
            context.fail(ITEM, str(asked.problem), asked.problem.raw, [*grouped, *subjects])
        count = sum(s.kind == "work" for s in subjects)
        context.note(f"{count} subject{'' if count == 1 else 's'}{asked.note and f' · {asked.note}'}")


class _Asked:
    """A grouper that is not the embedded one, and what became of its answer. Names are never its own: subjects are called
    by what stands on the screen. It is told of no segment that is personal."""

    def __init__(self, context: PhaseContext) -> None:
        self._context = context
        self.note = ""
        self.problem: BackendError | None = None

    def threads(self, segments: Sequence[Segment], found: Sequence[int]) -> Sequence[int]:
        """The thread of each segment: as proposed, put right, or as it was found."""
        choice = self._context.choice
        if choice is None or choice.serves is None or choice.serves.embedded:
            return found
        cards, card_of = cards_of(segments, found)
        if not 2 <= len(cards) <= MOST_CARDS:
            self.note = f"{choice.serves.label} was not asked: {len(cards)} kinds of segments" if len(cards) > 1 else ""
            return found
        try:
            answer = self._ask(choice, cards)
        except BackendError as problem:
            self._failed(choice.serves.label, problem)
            return found
        right = checked(answer, [card.found for card in cards])
        if right is None:
            why = "its answer leaves out, invents or repeats too many segments"
            self._failed(choice.serves.label, BackendError(why, raw=str(answer)[:MOST_RAW]))
            return found
        told = f", {right.repaired} put right" if right.repaired else ""
        self.note = f"grouped by {choice.serves.label}{told}"
        return [right.threads[k] for k in card_of]

    def _ask(self, choice: Choice, cards: Sequence[Card]) -> Sequence[Sequence[int]]:
        options = {**asdict(self._context.profile.subjects), "stop": self._context.stop}
        grouper: Grouper = self._context.backends.open(choice, options)
        try:
            return grouper.group(cards, self._context.stop)
        finally:
            grouper.close()

    def _failed(self, label: str, problem: BackendError) -> None:
        self.problem = BackendError(f"{label}: {problem}", problem.raw)
        self.note = f"{label} could not be used, so shared documents and words did it: {problem}"
