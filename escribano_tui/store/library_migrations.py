"""The part of the schema that the library as a whole is searched, listed and summed by; it comes after `migrations.py`.

The `name` of a migration is what libraries remember it by: it stays what it was when it was written.
"""

from __future__ import annotations

from sqlite_utils import Database

from escribano_tui.store.migrations import migrations

# What is searched line by line: told words by their documents alone (detail=none), without the sizes that bm25 needs.
_LINES = {"screen_lines": "text", "utterances": "text", "descriptions": "sentence, title"}
_LINE_OPTIONS = "tokenize='unicode61 remove_diacritics 2', detail=none, columnsize=0, prefix='1 2 3 4'"
_OUTDATED = ("screen_lines", "utterances", "descriptions", "segments", "owners_words")
_OF_MOMENTS = "title, subject, topics, apps, description"


def _follow(db: Database, table: str, index: str, listed: str, key: str = "n") -> None:
    """Triggers that keep an external-content index in step with its table."""
    columns = [c.strip() for c in listed.split(",")]
    new, old = (", ".join(f"{side}.{c}" for c in columns) for side in ("new", "old"))
    changed = " OR ".join(f"old.{c} IS NOT new.{c}" for c in columns)
    remove = f"INSERT INTO {index} ({index}, rowid, {listed}) VALUES ('delete', old.{key}, {old});"
    add = f"INSERT INTO {index} (rowid, {listed}) VALUES (new.{key}, {new});"
    db.execute(f"CREATE TRIGGER {index}_ai AFTER INSERT ON {table} BEGIN {add} END")
    db.execute(f"CREATE TRIGGER {index}_ad AFTER DELETE ON {table} BEGIN {remove} END")
    db.execute(f"CREATE TRIGGER {index}_au AFTER UPDATE ON {table} WHEN {changed} BEGIN {remove} {add} END")


@migrations(name="m009_smaller_full_text")
def m012_smaller_full_text(db: Database) -> None:
    """Line by line without positions, and with an index of beginnings: smaller, and quick from the first letter on."""
    for name in _OUTDATED:
        for trigger in ("ai", "ad", "au"):
            db.execute(f"DROP TRIGGER IF EXISTS {name}_{trigger}")
        db.execute(f"DROP TABLE IF EXISTS {name}_fts")
    for name, listed in _LINES.items():
        index = f"{name}_fts"
        db.execute(f"CREATE VIRTUAL TABLE {index} USING fts5({listed}, content='{name}', content_rowid='n', {_LINE_OPTIONS})")
        _follow(db, name, index, listed)
        db.execute(f"INSERT INTO {index} ({index}) VALUES ('rebuild')")
        db.execute(f"CREATE VIRTUAL TABLE {name}_words USING fts5vocab('{index}', 'row')")


@migrations(name="m010_overviews")
def m013_overviews(db: Database) -> None:
    """What each session comes to as corrected, to be listed, searched and summed without opening it. It is made anew from
    run, journal and summaries whenever one of them has changed: triggers write the recording into `stale`."""
    db.table("overviews").create(
        {
            "recording_id": str, "run_id": str, "revision": int, "duration_ms": int, "segments": int, "unreviewed": int,
            "activities": str,
        },
        pk="recording_id", foreign_keys=[("recording_id", "recordings", "id")],
    )  # fmt: skip
    db.table("moments").create(
        {
            "n": int, "recording_id": str, "start_ms": int, "end_ms": int, "activity": str, "title": str,
            "description": str, "apps": str, "topics": str, "subject_id": str, "subject": str, "kind": str,
            "personal": int, "reviewed": int,
        },
        pk="n", foreign_keys=[("recording_id", "recordings", "id")],
    )  # fmt: skip
    db.table("moments").create_index(["recording_id", "start_ms"])
    db.table("points").create(
        {"n": int, "recording_id": str, "t_s": float, "end_s": float, "format": str, "text": str},
        pk="n", foreign_keys=[("recording_id", "recordings", "id")],
    )  # fmt: skip
    db.table("points").create_index(["recording_id"])
    for table, listed in (("moments", _OF_MOMENTS), ("points", "text")):
        db.execute(
            f"CREATE VIRTUAL TABLE {table}_fts USING fts5({listed}, content='{table}', content_rowid='n',"
            " tokenize='unicode61 remove_diacritics 2', detail=column, prefix='1 2 3')"
        )
        _follow(db, table, f"{table}_fts", listed)
    db.table("shown_outputs").create(
        {"output_id": int, "recording_id": str, "phase": str, "first_n": int, "last_n": int}, pk="output_id"
    )
    db.table("shown_outputs").create_index(["recording_id"])
    db.execute("CREATE TABLE untold (n INTEGER PRIMARY KEY, recording_id TEXT)")  # utterances told by another one
    db.table("untold").create_index(["recording_id"])
    db.execute("CREATE TABLE stale (recording_id TEXT PRIMARY KEY) WITHOUT ROWID")
    db.execute("CREATE TABLE stamp (one INTEGER PRIMARY KEY CHECK (one = 1), n INTEGER NOT NULL)")
    db.execute("INSERT INTO stamp VALUES (1, 1)")
    mark = "INSERT OR IGNORE INTO stale"
    db.execute(f"CREATE TRIGGER stale_by_edit AFTER INSERT ON journal BEGIN {mark} VALUES (new.recording_id); END")
    db.execute(f"CREATE TRIGGER stale_by_summary AFTER INSERT ON summaries BEGIN {mark} VALUES (new.recording_id); END")
    db.execute(
        "CREATE TRIGGER stale_by_run AFTER INSERT ON run_phases WHEN new.name = 'subjects' AND new.state = 'finished'"
        f" BEGIN {mark} SELECT recording_id FROM runs WHERE id = new.run_id; END"
    )
    db.execute(
        "CREATE TRIGGER stamp_by_recording AFTER UPDATE OF path, started_at, deleted_at ON recordings"
        " BEGIN UPDATE stamp SET n = n + 1; END"
    )
    db.execute(
        "INSERT INTO stale SELECT DISTINCT runs.recording_id FROM runs JOIN run_phases ON run_phases.run_id = runs.id"
        " WHERE run_phases.name = 'subjects' AND run_phases.state = 'finished'"
    )


@migrations(name="m011_thread_journal")
def m014_thread_journal(db: Database) -> None:
    """The owner's corrections of which subjects of different recordings are one thread: rows that are only ever added."""
    db.table("thread_journal").create(
        {"revision": int, "kind": str, "operations": str, "target": int, "made_at": str, "said": str}, pk="revision"
    )


@migrations(name="m012_own_texts_are_searched")
def m015_own_texts_are_searched(db: Database) -> None:
    """A summary that the owner has rewritten is searched as rewritten."""
    db.execute(
        "CREATE TRIGGER stale_by_own_text AFTER INSERT ON own_texts"
        " BEGIN INSERT OR IGNORE INTO stale VALUES (new.recording_id); END"
    )
    db.execute("INSERT OR IGNORE INTO stale SELECT DISTINCT recording_id FROM own_texts")


__all__ = ["migrations"]
