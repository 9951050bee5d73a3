"""What was done in a segment, as data that can be joined, and the sentence that says it."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, replace

from escribano_tui.domain.phrase import Phrase, Piece, listed, name, names_of, phrase


@dataclass(frozen=True, slots=True)
class Deed:
    """`thing` is what it was about (a document, page, board), `parts` what of it (functions, commands, headings, a
    quote), `more` what came of it (failing tests, errors, what was tried), `number` how many failed. `manner` tells
    kinds of one activity apart (answered, picked, …). `topics` and `tell_app` are what the owner wants told.
    """

    activity: str
    thing: Piece | None = None
    parts: tuple[Piece, ...] = ()
    more: tuple[Piece, ...] = ()
    number: int = 0
    manner: str = ""
    app: str = ""
    tell_app: bool = False
    topics: tuple[Piece, ...] = ()
    again: bool = False

    @property
    def key(self) -> str:
        """Deeds with the same key can be told in one sentence."""
        about = (self.thing.text if self.thing else "") or " ".join(p.text for p in self.parts)
        return f"{self.activity}/{self.manner}/{about.casefold()}/{self.app.casefold()}"

    def with_(self, later: Deed) -> Deed:
        """Both in one."""
        return replace(
            self,
            parts=_union(self.parts, later.parts),
            more=_union(self.more, later.more),
            number=max(self.number, later.number),
            topics=_union(self.topics, later.topics),
            tell_app=self.tell_app or later.tell_app,
        )


def _union(first: tuple[Piece, ...], second: tuple[Piece, ...]) -> tuple[Piece, ...]:
    return tuple({p.text.casefold(): p for p in reversed((*first, *second))}.values())[::-1]


_MOST_PARTS = 3
_MAKING = frozenset({"coding", "debugging", "writing", "design", "data", "media"})  # one works with a program on a thing
# Programs by what one does with them, as their names tell it.
_BROWSER = re.compile(
    r"\b(?:chrom(?:e|ium)|firefox|safari|edge|brave|vivaldi|opera|epiphany|browser|arc|falkon|librewolf)\b", re.I
)
_CUTTER = re.compile(
    r"\b(?:audacity|ardour|reaper|lmms|garageband|kdenlive|shotcut|openshot|pitivi|davinci|premiere|final cut|flowblade"
    r"|avidemux|losslesscut|ableton|bitwig|cubase|audition|wavepad|camtasia|screenflow|capcut|filmora|vegas|lightworks|obs|handbrake"
    r"|subtitle|musescore|rosegarden|qtractor|ocenaudio|studio|editor|edit|cutter|recorder)\b",
    re.I,
)
_FILES = re.compile(r"\b(?:thunar|nautilus|files|finder|dolphin|nemo|pcmanfm|caja|explorer)\b", re.I)
_TELLS_APP = frozenset({"writing", "design", "media", "meeting", "review", "reading", "data", "other", "planning"})


def word(deed: Deed) -> Phrase:
    """The sentence of a deed without its subject and full stop: `worked on parse_time in normalize.py`."""
    said = _WORDINGS.get(deed.activity, _other)(deed)
    app = deed.app
    wanted = deed.tell_app or _wants_app(deed)
    told = {t.casefold() for t in names_of(said)}
    if app and wanted and app.casefold() not in told:
        joint = " with " if deed.thing and deed.activity in _MAKING and not _plays(deed) else " in "
        said = _before_quote(said, phrase(joint, name(app)))
    if deed.topics:
        said = _before_quote(said, phrase(" about " if not deed.thing else ", about ", listed(deed.topics)))
    return said


def _wants_app(deed: Deed) -> bool:
    """Whether the program says something that the sentence does not say already."""
    if deed.manner in ("answered", "read") or (deed.activity in ("terminal", "debugging") and (deed.parts or deed.more)):
        return False
    if deed.thing and _BROWSER.search(deed.app):
        return False  # a page says more than what showed it
    return not deed.thing or deed.activity in _TELLS_APP


def _before_quote(said: Phrase, more: Phrase) -> Phrase:
    """Where a sentence ends in a quote after a colon, what is added goes before it."""
    if len(said) > 1 and said[-1].style == "quote" and any(p.text == ": " for p in said):
        k = next(k for k, p in enumerate(said) if p.text == ": ")
        return (*said[:k], *more, *said[k:])
    return (*said, *more)


def choose(options: tuple[str, ...], deed: Deed) -> str:
    """One of several ways to say it, the same each time for the same deed."""
    seed = zlib.crc32(repr((deed.thing, deed.parts, deed.activity)).encode())
    return options[seed % len(options)]


def _parts(deed: Deed) -> Phrase:
    return listed(deed.parts[:_MOST_PARTS])


def _back_to(deed: Deed, verb: str) -> Phrase:
    """`went back to X`, or the verb with X."""
    assert deed.thing
    return phrase("went back to " if deed.again else f"{verb} ", deed.thing)


def _coding(deed: Deed) -> Phrase:
    verb = choose(("worked on", "changed", "edited"), deed)
    if deed.thing and deed.parts:
        if deed.again:
            return phrase(_back_to(deed, ""), f" and {verb} ", _parts(deed))
        return phrase(f"{verb} ", _parts(deed), " in ", deed.thing)
    if deed.parts:
        return phrase(f"{verb} ", _parts(deed))
    return _back_to(deed, choose(("edited", "worked on"), deed)) if deed.thing else phrase("wrote code")


def _debugging(deed: Deed) -> Phrase:
    if deed.manner == "tests":
        ran = phrase("ran ", _parts(deed)) if deed.parts else phrase("ran the tests")
        if deed.more:
            return phrase(ran, "; ", listed(deed.more[:_MOST_PARTS]), " failed")
        return phrase(ran, f"; {deed.number} {'test' if deed.number == 1 else 'tests'} failed")
    if deed.more:
        chased = phrase(choose(("chased ", "looked into "), deed), listed(deed.more[:2]))
        return phrase(chased, " in ", deed.thing) if deed.thing else chased
    if deed.parts:
        return phrase("looked for the fault with ", _parts(deed))
    return _back_to(deed, "debugged") if deed.thing else phrase("looked for a fault")


def _terminal(deed: Deed) -> Phrase:
    tried = phrase("tried ", listed(deed.more[:2]), " at its prompt") if deed.more else ()
    if deed.parts:
        ran = phrase("ran ", _parts(deed))
        return phrase(ran, " and ", tried) if tried else ran
    if deed.more:
        return phrase("tried ", listed(deed.more[:2]), " at the prompt")
    return phrase("worked at the command line", *((" in ", deed.thing) if deed.thing else ()))


def _review(deed: Deed) -> Phrase:
    verb = choose(("looked through the changes", "reviewed the changes"), deed)
    about = phrase(" to ", _parts(deed)) if deed.parts else ()
    return phrase(verb, about, " in ", deed.thing) if deed.thing else phrase(verb, about)


def _research(deed: Deed) -> Phrase:
    if deed.thing and deed.parts:
        return phrase(choose(("read ", "looked up "), deed), _parts(deed), " in ", deed.thing)
    if deed.thing:
        return _back_to(deed, choose(("looked up", "read up on"), deed))
    return phrase("looked up ", _parts(deed)) if deed.parts else phrase("looked things up")


def _reading(deed: Deed) -> Phrase:
    if deed.thing and deed.parts:
        return phrase("read ", _parts(deed), " in ", deed.thing)
    return _back_to(deed, "read") if deed.thing else phrase("read ", _parts(deed) or "a document")


def _writing(deed: Deed) -> Phrase:
    verb = choose(("wrote in", "worked on"), deed)
    base = _back_to(deed, verb) if deed.thing else phrase("wrote")
    return phrase(base, ": ", listed(deed.parts[:2])) if deed.parts else base


def _meeting(deed: Deed) -> Phrase:
    return phrase("took part in ", deed.thing) if deed.thing else phrase("was in a meeting")


def _communication(deed: Deed) -> Phrase:
    match deed.manner:
        case "answered":
            return phrase("answered ", _parts(deed) or deed.thing or "a message", _written(deed))
        case "wrote":
            return phrase("wrote a message", *((" in ", deed.thing) if deed.thing else ()), _written(deed))
        case "read" if deed.parts:
            return phrase("read the mail ", _parts(deed))
    return phrase("went through messages", *((" in ", deed.thing) if deed.thing else ()))


def _written(deed: Deed) -> Phrase:
    return phrase(": ", listed(deed.more[:1])) if deed.more else ()


def _planning(deed: Deed) -> Phrase:
    if deed.parts:
        where = phrase(" from " if deed.manner == "picked" else " on ", deed.thing) if deed.thing else ()
        return phrase("picked " if deed.manner == "picked" else "looked at ", _parts(deed), where)
    return _back_to(deed, choose(("went through", "looked over"), deed)) if deed.thing else phrase("planned the work")


def _design(deed: Deed) -> Phrase:
    return _back_to(deed, choose(("drew", "worked on the drawing"), deed)) if deed.thing else phrase("drew")


def _data(deed: Deed) -> Phrase:
    if deed.manner == "queried":
        return phrase("queried ", _parts(deed), *((" for ", deed.thing) if deed.thing else ()))
    if deed.parts:
        return phrase("ran ", _parts(deed), *((" on ", deed.thing) if deed.thing else ()))
    return _back_to(deed, choose(("worked on the data in", "worked with"), deed)) if deed.thing else phrase("worked with data")


def _plays(deed: Deed) -> bool:
    """Whether a recording is played in a program, not cut."""
    return deed.activity == "media" and bool(deed.app) and not _CUTTER.search(deed.app)


def _media(deed: Deed) -> Phrase:
    plays = _plays(deed)
    if not deed.thing:
        return phrase(
            "watched or heard a recording" if plays else "cut a recording" if deed.app else "played or cut a recording"
        )
    return _back_to(deed, "played" if plays else "worked on")


def _other(deed: Deed) -> Phrase:
    if deed.thing and _FILES.search(deed.app):
        return phrase("went back to the folder " if deed.again else "looked through the folder ", deed.thing)
    if deed.thing:
        return _back_to(deed, "looked at")
    return phrase("used ", name(deed.app)) if deed.app else phrase("did something else")


_WORDINGS = {
    "coding": _coding,
    "debugging": _debugging,
    "terminal": _terminal,
    "review": _review,
    "research": _research,
    "reading": _reading,
    "writing": _writing,
    "meeting": _meeting,
    "communication": _communication,
    "planning": _planning,
    "design": _design,
    "data": _data,
    "media": _media,
    "other": _other,
}
