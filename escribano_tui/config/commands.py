"""Every command of the app, once: its id, where it works, its default keys, its short and its long name.

This table feeds the keys, the footer, the help and the command palette. Ids are what a keymap file names.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from escribano_tui.domain.activity import ACTIVITIES


@dataclass(frozen=True, slots=True)
class Command:
    """One command. `keys` are in Textual's long form. `label` is for the footer, `help` for help and palette.

    `footer` ranks it in the footer: 0 is never, higher comes first where room is short. Commands of one `group` share
    a place in the footer, under the name of the group.
    """

    id: str
    keys: tuple[str, ...]
    label: str
    help: str
    footer: int = 0
    group: str = ""
    part: str = ""  # heading in the help

    @property
    def where(self) -> str:
        return self.id.partition(".")[0]

    @property
    def name(self) -> str:
        return self.id.partition(".")[2]


WHERE: Final[dict[str, str]] = {
    "app": "everywhere",
    "library": "library",
    "chooser": "chooser",
    "run": "run",
    "review": "review",
    "summary": "summary",
    "search": "search",
    "rollup": "roll-up",
    "told": "told together",
    "keeping": "keeping",
}

_APP = (
    Command("app.palette", ("ctrl+p",), "palette", "Open the command palette"),
    Command("app.help", ("question_mark", "f1"), "help", "Show the keys of this screen", 99),
    Command("app.back", ("escape",), "back", "Go back, or close what is open", 82),
    Command("app.themes", ("f2",), "themes", "Choose a theme, with a preview"),
    Command("app.doctor", ("f3",), "doctor", "Check backends, models, folders and this terminal"),
    Command("app.rules", ("f4",), "rules", "List, change and take out the rules made of your labels"),
    Command("app.settings", ("f7",), "settings", "Change settings: what is offered first, limits, themes, keys, profiles"),
    Command("app.queue", ("f6",), "queue", "Show which runs wait; put them in another order or take them out"),
    Command("app.quit", ("ctrl+q",), "quit", "Quit; what was finished stays", 57),
)

_LIBRARY = (
    Command("library.open", ("enter",), "open", "Review it, or choose how to run it where nothing has run yet", 90),
    Command("library.add", ("a",), "add", "Add a recording: type, browse, paste or drop a path", 88),
    Command("library.run", ("r",), "run again", "Choose a profile and run it again", 60),
    Command("library.summary", ("w",), "summary", "Read the summary", 62),
    Command("library.filter", ("slash",), "filter", "Show only recordings whose name, state or activity matches", 58),
    Command("library.find", ("f",), "search", "Search what was said, shown, titled and summarised in all recordings", 87),
    Command("library.rollup", ("c",), "roll-up", "Sum up a day, week, month or any range over all recordings", 61),
    Command("library.keeping", ("b",), "keeping", "What the library weighs, rules, check, backup", 42),
    Command("library.sort", ("o",), "order", "Order by date, name, length or what is left to review", 30),
    Command("library.when", ("t",), "when", "Correct when it was recorded", 25),
    Command("library.delete", ("delete", "backspace"), "delete", "Delete it from the library; the file itself stays", 50),
    Command("library.restore", ("u",), "undo delete", "Bring back what was deleted last", 40),
    Command("library.doctor", ("d",), "doctor", "Check backends, models, folders and this terminal", 45),
    Command("library.demo", ("x",), "demo", "Add the recording that ships with the package", 20),
    Command("library.down", ("down", "j"), "next", "Next recording"),
    Command("library.up", ("up", "k"), "previous", "Previous recording"),
    Command("library.first", ("home",), "first", "First recording"),
    Command("library.last", ("end",), "last", "Last recording"),
    Command("library.page-down", ("pagedown",), "page down", "One page down"),
    Command("library.page-up", ("pageup",), "page up", "One page up"),
)

_CHOOSER = (
    Command("chooser.start", ("enter",), "start", "Start the chosen profile", 90),
    Command("chooser.quick", ("1",), "quick", "Choose quick", 80),
    Command("chooser.thorough", ("2",), "thorough", "Choose thorough", 79),
    Command("chooser.budget", ("3",), "in a time", "Say how much time you have; the chosen profile is fitted to it", 78),
    Command("chooser.next", ("right", "tab", "l"), "next profile", "Choose the next profile", 60),
    Command("chooser.previous", ("left", "shift+tab", "h"), "previous profile", "Choose the previous profile"),
    Command("chooser.force", ("f",), "all anew", "Compute all again instead of reusing what is there", 50),
    Command("chooser.retry", ("t",), "retry failed", "Try again only the items that failed", 49),
    Command("chooser.mic", ("m",), "microphone", "Take the microphone from a file of its own, or no longer", 40),
    Command("chooser.system", ("s",), "system sound", "Take the system's sound from a file of its own, or no longer", 39),
    Command("chooser.settings", ("p",), "settings", "Look at every setting of the profile, change it, or make a copy", 55),
    Command("chooser.fetch", ("g",), "get weights", "Fetch weights that would serve better and are not here", 52),
    Command("chooser.details", ("d",), "why not others", "Show every better backend that does not serve, and why", 45),
    Command("chooser.review", ("e",), "review", "Review the draft that is there already", 70),
    Command("chooser.down", ("down", "j"), "down", "Scroll down"),
    Command("chooser.up", ("up", "k"), "up", "Scroll up"),
)

_RUN = (
    Command("run.look", ("enter",), "review", "Review the segments, also while it drafts; what is reviewed early stands", 90),
    Command("run.cancel", ("c",), "cancel", "Cancel; what is finished stays and the next run goes on from there", 80),
    Command("run.pause", ("p",), "pause", "Pause or go on; a paused run lets go of its models", 79),
    Command("run.failures", ("f",), "what failed", "Show the frames and spans that gave no result", 78),
    Command("run.queue", ("q",), "queue", "Show which runs wait; put them in another order or take them out", 50),
    Command("run.again", ("r",), "run again", "Choose a profile and run it again", 40),
    Command("run.summary", ("w",), "summary", "Read the summary", 60),
    Command("run.down", ("down", "j"), "down", "Scroll the draft down"),
    Command("run.up", ("up", "k"), "up", "Scroll the draft up"),
)

_LABELS = tuple(
    Command(f"review.label-{k}", (str(k),), name, f"Label as {name}, reviewed, and on to the next", 90, "label")
    for k, name in enumerate(ACTIVITIES[:9], 1)
)

_REVIEW_EDIT = (
    *_LABELS,
    Command("review.labels", ("l",), "all labels", "Choose among all activities, by letter", 90, "label"),
    Command("review.split", ("s",), "split", "Split at the time cursor; on an edge, where the next window begins", 86),
    Command(
        "review.merge-next",
        ("m",),
        "merge",
        "Merge with the next segment, keeping this label; or all selected ones",
        85,
        "merge",
    ),
    Command("review.merge-previous", ("M",), "merge", "Merge with the previous segment, keeping this label", 85, "merge"),
    Command("review.start-earlier", ("left_square_bracket",), "edges", "Start earlier by the step", 80, "edges"),
    Command("review.start-later", ("right_square_bracket",), "edges", "Start later by the step", 80, "edges"),
    Command("review.end-earlier", ("left_curly_bracket",), "edges", "End earlier by the step", 80, "edges"),
    Command("review.end-later", ("right_curly_bracket",), "edges", "End later by the step", 80, "edges"),
    Command("review.snap", ("S",), "snap", "Snap the edge nearer to the cursor to the change nearest to it", 60),
    Command("review.edge-here", ("i",), "edge here", "Move the edge nearer to the cursor to the cursor", 40),
    Command("review.step", ("z",), "step", "Step of the edges: 1 s, 5 s, one frame", 30),
    Command("review.title", ("e",), "title", "Edit the title", 82),
    Command("review.apps", ("a",), "apps", "Edit the apps, the one in front first", 50),
    Command("review.topics", ("t",), "topics", "Edit the topics", 49),
    Command("review.subject", ("b",), "subject", "Put it into a subject, an old or a new one", 48),
    Command("review.rename-subject", ("B",), "rename subject", "Rename its subject, for all of its segments"),
    Command("review.said", ("E",), "what was said", "Correct what was said in this segment", 46),
    Command("review.personal", ("p",), "personal", "Mark as personal, or not", 47),
    Command("review.accept", ("space",), "reviewed", "Mark as reviewed, and on to the next", 88),
    Command("review.unreview", ("r",), "not reviewed", "Mark as not reviewed"),
    Command("review.select", ("x",), "select", "Select for an edit of several, or not", 44),
    Command("review.alike", ("A",), "all alike", "Apply this label to all that look alike, with a preview", 55),
    Command("review.rule", ("L",), "make a rule", "Make a rule of this label, which holds from the next run on"),
    Command("review.undo", ("u",), "undo", "Undo the last edit", 84, "undo"),
    Command("review.redo", ("U",), "undo", "Redo", 84, "undo"),
)

_REVIEW_MOVE = (
    Command("review.down", ("j", "down"), "next", "Next segment", 20, "move"),
    Command("review.up", ("k", "up"), "previous", "Previous segment", 20, "move"),
    Command("review.page-down", ("pagedown",), "page down", "One page down", group="page"),
    Command("review.page-up", ("pageup",), "page up", "One page up", group="page"),
    Command("review.first", ("home",), "first", "First segment", group="first, last"),
    Command("review.last", ("end", "G"), "last", "Last segment", group="first, last"),
    Command("review.next-unreviewed", ("n",), "to review", "Next segment that is not reviewed", 70),
    Command("review.least-sure", ("c",), "least sure", "Next least sure label that is not reviewed", 58),
    Command("review.next-of-subject", ("N",), "of this subject", "Next segment of this subject"),
    Command("review.go-to", ("g",), "go to", "Go to a time", 42),
    Command("review.search", ("slash",), "search", "Search titles, speech and screen text as you type", 57),
    Command("review.cursor-back", ("comma",), "cursor", "Time cursor back by 1 s", 45, "cursor"),
    Command("review.cursor-on", ("full_stop",), "cursor", "Time cursor on by 1 s", 45, "cursor"),
    Command("review.cursor-back-5", ("less_than_sign",), "cursor", "Time cursor back by 5 s", group="cursor 5 s"),
    Command("review.cursor-on-5", ("greater_than_sign",), "cursor", "Time cursor on by 5 s", group="cursor 5 s"),
    Command(
        "review.cursor-back-frame", ("semicolon", "ctrl+comma"), "cursor", "Time cursor back by one frame", group="by a frame"
    ),
    Command(
        "review.cursor-on-frame", ("apostrophe", "ctrl+full_stop"), "cursor", "Time cursor on by one frame", group="by a frame"
    ),
    Command("review.change-back", ("left",), "change", "Time cursor to the change before", 43, "change"),
    Command("review.change-on", ("right",), "change", "Time cursor to the change after", 43, "change"),
    Command(
        "review.picture-back", ("left_parenthesis",), "picture", "Time cursor to where the picture before begins", 41, "picture"
    ),
    Command(
        "review.picture-on", ("right_parenthesis",), "picture", "Time cursor to where the picture after begins", 41, "picture"
    ),
    Command("review.zoom-in", ("plus", "equals_sign"), "zoom", "Zoom the time line in at the cursor", 35, "zoom"),
    Command("review.zoom-out", ("minus",), "zoom", "Zoom the time line out", 35, "zoom"),
    Command("review.zoom-all", ("0",), "all of it", "Show the whole recording on the time line"),
)

_REVIEW_LOOK = (
    Command("review.evidence", ("enter",), "evidence", "Show all evidence of this segment", 75),
    Command("review.evidence-down", ("J", "shift+down"), "more evidence", "Scroll the evidence down", group="scroll evidence"),
    Command("review.evidence-up", ("K", "shift+up"), "less evidence", "Scroll the evidence up", group="scroll evidence"),
    Command("review.open", ("o",), "open", "Open the recording at the cursor in a player", 34),
    Command("review.play", ("P",), "play", "Play the sound of this segment, or stop it", 33),
    Command("review.hear-edge", ("H",), "hear the edge", "Play the sound around the edge that was moved, or the nearer one"),
    Command("review.find-file", ("F",), "find the file", "Find the recording again where it was moved or renamed"),
    Command("review.coverage", ("f",), "not looked at", "What was not looked at or not understood, and why", 32),
    Command("review.history", ("h",), "history", "Show what each edit was", 52),
    Command("review.summary", ("w",), "summary", "Write and read the summary", 83),
    Command("review.run", ("R",), "run again", "Choose a profile and run it again"),
    Command("review.all-keys", ("tab",), "all keys", "Show all keys at the foot of the screen, page by page", 98),
)

_REVIEW = tuple(
    replace(command, part=part)
    for part, commands in (("Edit", _REVIEW_EDIT), ("Move", _REVIEW_MOVE), ("Look", _REVIEW_LOOK))
    for command in commands
)

_SUMMARY = (
    Command("summary.format", ("f",), "format", "Next format", 90),
    Command("summary.regenerate", ("r",), "regenerate", "Write it again from what was corrected", 88),
    Command("summary.citations", ("enter",), "citations", "Choose a cited moment and look at it", 85),
    Command("summary.text", ("t",), "your words", "Change the text yourself; your changes outlive its being written again", 84),
    Command("summary.decide", ("D",), "decide", "Decide about your changes to what was written anew since", 95),
    Command("summary.restore", ("b",), "go back to it", "Make the earlier version that is shown the newest one again", 96),
    Command("summary.copy", ("y",), "copy", "Copy the Markdown to the clipboard", 80),
    Command("summary.changed", ("d",), "what changed", "Show what differs from the version before", 78),
    Command("summary.versions", ("v",), "versions", "Show an earlier version", 76),
    Command("summary.export", ("x",), "export", "Write a file: json, md, srt, vtt, csv, html, truth", 74),
    Command("summary.review", ("e",), "review", "Go to the review", 60),
    Command("summary.down", ("down", "j"), "down", "Scroll down"),
    Command("summary.up", ("up", "k"), "up", "Scroll up"),
    Command("summary.page-down", ("pagedown", "space"), "page down", "One page down"),
    Command("summary.page-up", ("pageup",), "page up", "One page up"),
    Command("summary.first", ("home",), "top", "To the top"),
    Command("summary.last", ("end",), "end", "To the end"),
)

# The box has the letters: every key here is one that is not typed.
_SEARCH = (
    Command("search.open", ("enter",), "look at it", "Open the review at this moment", 90),
    Command("search.down", ("down",), "next", "Next moment", 70, "move"),
    Command("search.up", ("up",), "previous", "Previous moment", 70, "move"),
    Command("search.next-recording", ("tab",), "next recording", "First moment of the next recording", 60),
    Command("search.previous-recording", ("shift+tab",), "previous recording", "First moment of the recording before"),
    Command("search.page-down", ("pagedown",), "page down", "One page down"),
    Command("search.page-up", ("pageup",), "page up", "One page up"),
    Command("search.summary", ("f5",), "summary", "Read the summary of this recording", 50),
    Command("search.clear", ("ctrl+u",), "clear", "Empty the box", 40),
)

_ROLLUP = (
    Command("rollup.open", ("enter",), "look at it", "Open the recording, or search for its moments in these days", 90),
    Command("rollup.previous", ("left", "p"), "earlier", "The day, week, month or range before", 88, "days"),
    Command("rollup.next", ("right", "n"), "later", "The day, week, month or range after", 88, "days"),
    Command("rollup.day", ("d",), "day", "Show a day", 86, "day week month"),
    Command("rollup.week", ("w",), "week", "Show a week", 86, "day week month"),
    Command("rollup.month", ("m",), "month", "Show a month", 86, "day week month"),
    Command("rollup.range", ("r",), "range", "Show any range of days", 80),
    Command("rollup.today", ("t",), "today", "Go to today", 40),
    Command("rollup.tell", ("s",), "stand-up", "Tell these days: a stand-up, a card or a narrative over all recordings", 87),
    Command("rollup.join", ("b",), "join", "Join this subject with another one: they are the same thread of work", 70),
    Command("rollup.part", ("x",), "part", "Part a subject from this thread", 69),
    Command("rollup.name", ("e",), "name", "Name this thread", 68),
    Command("rollup.undo", ("u",), "undo", "Undo the last correction of a thread", 60, "undo"),
    Command("rollup.redo", ("U",), "undo", "Redo it", 60, "undo"),
    Command("rollup.down", ("down", "j"), "next", "Next line"),
    Command("rollup.up", ("up", "k"), "previous", "Previous line"),
    Command("rollup.next-part", ("tab",), "next part", "Activities, subjects, programs, recordings", 30),
    Command("rollup.previous-part", ("shift+tab",), "previous part", "The part before"),
    Command("rollup.page-down", ("pagedown",), "page down", "One page down"),
    Command("rollup.page-up", ("pageup",), "page up", "One page up"),
)

_TOLD = (
    Command("told.format", ("f",), "format", "Next format", 90),
    Command("told.citations", ("enter",), "citations", "Choose a cited moment and look at it", 85),
    Command("told.copy", ("y",), "copy", "Copy the Markdown to the clipboard", 80),
    Command("told.down", ("down", "j"), "down", "Scroll down"),
    Command("told.up", ("up", "k"), "up", "Scroll up"),
    Command("told.page-down", ("pagedown", "space"), "page down", "One page down"),
    Command("told.page-up", ("pageup",), "page up", "One page up"),
    Command("told.first", ("home",), "top", "To the top"),
    Command("told.last", ("end",), "end", "To the end"),
)

_KEEPING = (
    Command("keeping.backup", ("b",), "backup", "Write a copy of the library and its pictures, also while runs go on", 90),
    Command("keeping.check", ("c",), "check", "Check the file, the search indexes, every journal and session", 88),
    Command("keeping.tidy", ("t",), "let go", "Let go of what the rules let go", 86),
    Command("keeping.days", ("d",), "picture days", "For how many days pictures are kept", 80),
    Command("keeping.gone", ("g",), "gone files", "What becomes of recordings whose file is gone", 79),
    Command("keeping.take-in", ("i",), "take in", "Take in a session that another library packed", 70),
    Command("keeping.repair", ("R",), "repair", "Make search indexes and overviews anew", 40),
    Command("keeping.down", ("down", "j"), "down", "Scroll down"),
    Command("keeping.up", ("up", "k"), "up", "Scroll up"),
    Command("keeping.page-down", ("pagedown", "space"), "page down", "One page down"),
    Command("keeping.page-up", ("pageup",), "page up", "One page up"),
)

COMMANDS: Final[tuple[Command, ...]] = (
    *_APP,
    *_LIBRARY,
    *_CHOOSER,
    *_RUN,
    *_REVIEW,
    *_SUMMARY,
    *_SEARCH,
    *_ROLLUP,
    *_TOLD,
    *_KEEPING,
)
BY_ID: Final[dict[str, Command]] = {c.id: c for c in COMMANDS}


def commands_of(where: str) -> tuple[Command, ...]:
    """The commands of one screen, in the order of the help."""
    return tuple(c for c in COMMANDS if c.where == where)
