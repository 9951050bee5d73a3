"""The schema, as named migrations: added to, never changed."""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from escribano_tui.domain.journal import load_operations
from escribano_tui.store.owners_words import keep

migrations = Migrations("escribano-tui")

_EVIDENCE: dict[str, dict[str, type]] = {
    "changes": {"t_s": float, "score": float, "size": str},
    "envelopes": {"name": str, "step_s": float, "curve": bytes},
    "frames": {
        "t_s": float, "reason": str, "shows_from_s": float, "shows_until_s": float, "phash": str, "thumbnail": str,
        "to_read": int, "to_describe": int, "score": float, "importance": str,
    },
    "screen_lines": {
        "start_s": float, "end_s": float, "text": str, "x": int, "y": int, "w": int, "h": int, "confidence": float,
        "region": str,
    },
    "descriptions": {
        "t_s": float, "sentence": str, "activity": str, "confidence": float, "apps": str, "topics": str, "title": str,
        "document": str, "site": str, "motion": str, "scores": str, "why": str, "backend": str, "model": str,
        "prompt": str, "doubtful": int,
    },
    "speech_spans": {"start_s": float, "end_s": float, "track": str},
    "utterances": {
        "start_s": float, "end_s": float, "text": str, "track": str, "backend": str, "model": str, "confidence": float,
        "doubtful": int, "why_doubtful": str, "language": str, "words": str,
    },
    "segments": {
        "start_ms": int, "end_ms": int, "activity": str, "title": str, "description": str, "apps": str, "topics": str,
        "subject_id": str, "confidence": float, "importance": str, "personal": int, "why": str, "returns_to_ms": int,
    },
    "subjects": {"label": str, "kind": str},
}  # fmt: skip

COSTS = ("material_s", "model_s", "load_s", "memory_mb", "work", "alone_s")

# Full-text search follows these columns.
_SEARCHED = {
    "screen_lines": ("text",),
    "utterances": ("text",),
    "descriptions": ("sentence", "title"),
    "segments": ("title", "description", "topics"),
}


@migrations()
def m001_library(db: Database) -> None:
    """Recordings, runs, outputs with their items, and the journal."""
    db.table("recordings").create(
        {
            "id": str, "path": str, "fingerprint": str, "size_bytes": int, "duration_s": float, "width": int,
            "height": int, "fps": float, "video_codec": str, "rotation": int, "origin_s": float, "tracks": str,
            "started_at": str, "started_at_source": str, "notes": str, "added_at": str, "deleted_at": str,
        },
        pk="id", not_null={"path", "fingerprint", "duration_s", "added_at"},
    )  # fmt: skip
    db.table("recordings").create_index(["path"])
    db.table("recordings").create_index(["deleted_at", "added_at"])
    db.table("runs").create(
        {"id": str, "recording_id": str, "profile": str, "state": str, "started_at": str, "wall_s": float},
        pk="id", foreign_keys=[("recording_id", "recordings", "id")],
    )  # fmt: skip
    db.table("runs").create_index(["recording_id", "started_at"])
    db.table("outputs").create(
        {
            "id": int, "recording_id": str, "phase": str, "key": str, "state": str, "items": int, "items_failed": int,
            "backend": str, "model": str, "busy_s": float, "wall_s": float, "generation": int, "note": str,
            "created_at": str,
        },
        pk="id", foreign_keys=[("recording_id", "recordings", "id")],
    )  # fmt: skip
    db.table("outputs").create_index(["recording_id", "phase", "key"], unique=True)
    db.table("outputs").create_index(["phase", "backend", "model", "state"])
    db.table("run_phases").create(
        {
            "run_id": str, "name": str, "state": str, "wall_s": float, "busy_s": float, "items": int,
            "items_failed": int, "backend": str, "model": str, "reused": int, "note": str, "output_id": int,
        },
        pk=("run_id", "name"), foreign_keys=[("run_id", "runs", "id")],
    )  # fmt: skip
    db.table("run_phases").create_index(["output_id"])
    db.table("items").create(
        {"n": int, "output_id": int, "item": str, "state": str, "message": str, "raw": str},
        pk="n", foreign_keys=[("output_id", "outputs", "id")],
    )  # fmt: skip
    db.table("items").create_index(["output_id", "item"], unique=True)
    db.table("journal").create(
        {
            "recording_id": str, "revision": int, "kind": str, "operations": str, "target": int, "made_at": str,
            "said": str,
        },
        pk=("recording_id", "revision"), foreign_keys=[("recording_id", "recordings", "id")],
    )  # fmt: skip
    db.table("summaries").create(
        {
            "id": int, "recording_id": str, "format": str, "revision": int, "markdown": str, "writer": str, "model": str,
            "created_at": str, "facts_key": str, "struck": int, "note": str,
        },
        pk="id", foreign_keys=[("recording_id", "recordings", "id")],
    )  # fmt: skip
    db.table("summaries").create_index(["recording_id", "format", "id"])
    db.table("memory").create(
        {"namespace": str, "key": bytes, "value": bytes, "kept_at": str}, pk=("namespace", "key")
    )  # fmt: skip


@migrations()
def m002_evidence(db: Database) -> None:
    """One table for each kind of evidence; a row is known by its output and its id within it."""
    for name, columns in _EVIDENCE.items():
        table = db.table(name)
        table.create(
            {"n": int, "output_id": int, "id": str, **columns},
            pk="n",
            foreign_keys=[("output_id", "outputs", "id")],
            not_null={"output_id", "id"},
        )
        table.create_index(["output_id", "id"], unique=True)
        time = next((c for c in ("start_s", "t_s", "start_ms") if c in columns), None)
        if time:
            table.create_index(["output_id", time])


@migrations()
def m003_full_text(db: Database) -> None:
    """FTS5 over what was said, read, described and titled; an update that leaves the text alone costs nothing."""
    for name, columns in _SEARCHED.items():
        _search_in(db, name, columns)


def _search_in(db: Database, name: str, columns: tuple[str, ...]) -> None:
    db.table(name).enable_fts(columns, tokenize="unicode61 remove_diacritics 2")
    listed = ", ".join(columns)
    new, old = (", ".join(f"{side}.{c}" for c in columns) for side in ("new", "old"))
    changed = " OR ".join(f"old.{c} IS NOT new.{c}" for c in columns)
    remove = f"INSERT INTO {name}_fts ({name}_fts, rowid, {listed}) VALUES ('delete', old.n, {old});"
    add = f"INSERT INTO {name}_fts (rowid, {listed}) VALUES (new.n, {new});"
    db.execute(f"CREATE TRIGGER {name}_ai AFTER INSERT ON {name} BEGIN {add} END")
    db.execute(f"CREATE TRIGGER {name}_ad AFTER DELETE ON {name} BEGIN {remove} END")
    db.execute(f"CREATE TRIGGER {name}_au AFTER UPDATE ON {name} WHEN {changed} BEGIN {remove} {add} END")


@migrations()
def m004_summary_parts(db: Database) -> None:
    """What a model was asked, and what it wrote for each subject: unchanged subjects are taken over word for word."""
    for column in ("prompt", "parts"):
        db.table("summaries").add_column(column, str, not_null_default="")


@migrations()
def m005_kind_of_page(db: Database) -> None:
    """What kind of page a description is of, by its name in the cues: what the owner's rules go by."""
    db.table("descriptions").add_column("page", str, not_null_default="")


@migrations()
def m006_live(db: Database) -> None:
    """How far a run is and what it has drafted, for whoever looks on; a row while it lasts, replaced as it goes."""
    db.table("live").create(
        {"recording_id": str, "run_id": str, "n": int, "draft": str, "told": str},
        pk="recording_id", foreign_keys=[("recording_id", "recordings", "id")],
    )  # fmt: skip


@migrations()
def m007_own_texts(db: Database) -> None:
    """The owner's own changes to summaries: rows are only added, the newest one holds. `changes` is JSON."""
    db.table("own_texts").create(
        {"id": int, "recording_id": str, "format": str, "summary_id": int, "changes": str, "made_at": str},
        pk="id", foreign_keys=[("recording_id", "recordings", "id")],
    )  # fmt: skip
    db.table("own_texts").create_index(["recording_id", "format", "id"])


@migrations()
def m008_owners_words(db: Database) -> None:
    """The words of corrections: found by a search in place of what was drafted, and offered when one types."""
    db.table("owners_words").create(
        {
            "n": int, "recording_id": str, "revision": int, "kind": str, "start_ms": int, "end_ms": int, "track": str,
            "text": str,
        },
        pk="n", foreign_keys=[("recording_id", "recordings", "id")],
    )  # fmt: skip
    db.table("owners_words").create_index(["recording_id", "revision"])
    db.table("owners_words").create_index(["kind", "text"])
    _search_in(db, "owners_words", ("text",))
    for row in list(db.table("journal").rows_where("kind = 'edit'")):
        keep(db, row["recording_id"], row["revision"], load_operations(row["operations"]))


@migrations()
def m009_costs(db: Database) -> None:
    """What the backend of a phase cost in a run: seconds of sound in seconds, load time, memory."""
    for column in ("material_s", "model_s", "load_s", "memory_mb"):
        db.table("run_phases").add_column(column, float, not_null_default=0.0)


@migrations()
def m010_left_out(db: Database) -> None:
    """What a phase left out on purpose, with its reason: counted over all runs that had a part in it."""
    table = db.table("left_out")
    columns = {"track": str, "start_s": float, "end_s": float, "why": str, "count": int, "confidence": float}
    table.create(
        {"n": int, "output_id": int, "id": str, "item": str, **columns},
        pk="n",
        foreign_keys=[("output_id", "outputs", "id")],
        not_null={"output_id", "id"},
    )
    table.create_index(["output_id", "id"], unique=True)
    # The item that a line is of: what is made of it again takes its place.
    db.table("utterances").add_column("item", str, not_null_default="")


@migrations()
def m011_queue(db: Database) -> None:
    """Files that wait to be run, across restarts."""
    db.table("queue").create(
        {
            "id": int, "path": str, "profile": str, "state": str, "added_at": str, "recording_id": str, "message": str,
        },
        pk="id",
    )  # fmt: skip
    db.table("queue").create_index(["state", "id"])


@migrations()
def m012_fresh(db: Database) -> None:
    """How much text of a frame is new: what is left to be read is told by it."""
    db.table("frames").add_column("fresh", float, not_null_default=0.0)


@migrations()
def m013_work(db: Database) -> None:
    """How much work a phase was, in its own unit: what is left is told by the pace of past runs."""
    db.table("run_phases").add_column("work", float, not_null_default=0.0)


@migrations()
def m014_alone(db: Database) -> None:
    """How long a phase would have taken by itself; what is new in a frame is told in seconds from now on."""
    db.table("run_phases").add_column("alone_s", float, not_null_default=0.0)
    db.execute("UPDATE frames SET fresh = 0")
