"""The embedded describer: what is done on a frame, from its screen text, the layout of it and the motion around it.

Pure Python on text: needs no model and no host process, and a picture only where windows lie side by side. Cues are data
(`escribano_tui/data/cues.toml`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from importlib import resources

from escribano_tui.backends.offer import Offer, Opening, Wanted
from escribano_tui.backends.vision.reader.front import front_of
from escribano_tui.backends.vision.reader.layout import lay_out
from escribano_tui.backends.vision.reader.motion import motion_word
from escribano_tui.backends.vision.reader.points import Points, Scorer
from escribano_tui.backends.vision.reader.seen import FrontReader, Seen, full_screen
from escribano_tui.backends.vision.reader.titles import TitleReader
from escribano_tui.backends.vision.reader.windows import WindowFinder
from escribano_tui.backends.vision.reader.wording import Wording
from escribano_tui.domain.cues import Cues, Rule, parse_cues
from escribano_tui.domain.evidence import Description
from escribano_tui.domain.ruling import ruling, why_ruled
from escribano_tui.domain.text import clean_line
from escribano_tui.ports import Availability, BackendError, BackendInfo, Scene

NAME = "screen-reader"
VERSION = "7"
LEAST_SHARE = 0.005  # shares below this are not kept


def shipped_cues() -> str:
    """The text of the cues that come with the package."""
    return resources.files("escribano_tui.data").joinpath("cues.toml").read_text(encoding="utf-8")


def load_cues(own: str = "") -> Cues:
    """The shipped cues with the text of the owner's merged over them. Raises BadCues."""
    return parse_cues(shipped_cues(), own)


class ScreenReader:
    """The Describer that reads."""

    wants_image = False
    wants_text = True

    def __init__(self, cues: Cues) -> None:
        self._cues = cues
        titles = TitleReader(cues)
        self._windows = WindowFinder(cues, titles)
        self._front = FrontReader(cues, titles)
        self._scorer = Scorer(cues)
        self._wording = Wording(cues)

    def describe(self, scenes: Sequence[Scene]) -> Sequence[Description | BackendError]:
        return [self._describe(scene) for scene in scenes]

    def close(self) -> None:
        """Nothing is held."""

    def _describe(self, scene: Scene) -> Description:
        page = self._windows.with_whole_titles(lay_out(scene.lines, scene.width, scene.height, scene.frame))
        motion = motion_word(scene.motion)
        front = front_of(page, self._windows.windows(page), scene.look)
        seen = self._front.read(page, front)
        if seen.kind == "desktop" and motion == "watching":
            seen = full_screen()
        points = self._scorer.points(seen.view)
        if motion == "watching" and seen.kind in ("browser", "player", "video", ""):
            points.add({"media": 0.9, "meeting": 0.3}, 1.0, "the picture moves all the time")
        title = self._wording.title(seen, page)
        told = Description(
            t_s=scene.frame.t_s,
            sentence="",
            activity="other",
            confidence=0.0,
            apps=tuple(clean_line(app, 60) for app in seen.apps),
            topics=self._wording.topics(seen),
            title=title,
            document=clean_line(seen.document, 160),
            site=clean_line(seen.host or seen.site, 80),
            page=clean_line(seen.site_of.name, 80) if seen.site_of is not None else "",
            motion=motion,
            backend=NAME,
            model=self._cues.digest,
        )
        rule = self._rule(told, seen, scene.frame.phash)
        if rule is not None:
            points.decide(rule.activity, why_ruled(rule))
        shares = points.shares()
        activity = max(shares, key=lambda name: shares[name])
        return replace(
            told,
            sentence=clean_line(self._wording.sentence(seen, activity, title, motion), 300),
            activity=activity,
            confidence=round(shares[activity] * (0.45 + 0.55 * seen.sure), 4),
            scores={name: round(share, 4) for name, share in shares.items() if share >= LEAST_SHARE},
            why=_reasons(seen, points, activity),
        )

    def _rule(self, told: Description, seen: Seen, phash: int) -> Rule | None:
        """The owner's rule for what is in front; it may also name what runs inside of a terminal."""
        rule = ruling(self._cues.rules, told, phash)
        if rule is None and seen.view.program:
            rule = ruling(self._cues.rules, replace(told, apps=(seen.view.program,)), phash)
        return rule


def _reasons(seen: Seen, points: Points, activity: str) -> tuple[str, ...]:
    """The weightiest reasons, what is in front first."""
    told = [text for _, text in sorted(points.why, key=lambda entry: -entry[0])]
    front = list(seen.why)
    rest = [t for t in told if not any(t.split(" in front")[0] in f for f in front)]
    return tuple(dict.fromkeys(clean_line(t, 100) for t in (*front, *rest)))[:4]


# ---------------------------------------------------------------- the offer


def _look(wanted: Wanted) -> BackendInfo:
    info = BackendInfo(
        "vision", NAME, "", "screen reader", Availability(True), embedded=True, licence="MIT", version=VERSION,
    )  # fmt: skip
    return replace(info, version=f"{VERSION}+{load_cues(wanted.own_cues).digest}")


def _open(opening: Opening) -> ScreenReader:
    return ScreenReader(load_cues(opening.wanted.own_cues))


OFFER = Offer("vision", NAME, _look, _open)
