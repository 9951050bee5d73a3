"""One SQLite file in WAL mode, one connection a thread, short write transactions that begin IMMEDIATE."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from sqlite_utils import Database

from escribano_tui.store.page_migrations import Told, migrations, pack_older
from escribano_tui.store.pages import line_of

BUSY_TIMEOUT_MS = 10_000
_SOON_S = 2.0
_PATIENCE_S = 300.0  # while another program brings an older library to this version's form


class Connections:
    """The connections of a process to one library. Files are made readable by their owner alone."""

    def __init__(self, path: Path, told: Told = lambda done, total: None) -> None:
        """`told` hears how far an older library has been brought to this version's form. Raises TimeoutError where another
        program takes long over that."""
        self.path = path
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []
        self._guard = threading.Lock()
        # One writer at a time within this process: waiting here is fair, waiting inside of SQLite is polling.
        self._writing = threading.RLock()
        self.read_only = _read_only(path)
        if self.read_only:
            if migrations.pending(self.db):
                raise PermissionError(
                    "the library was made by an older version, and cannot be written to to bring it to this one"
                )
            return
        _private_file(path)
        with _alone(path, told):
            migrations.apply(self.db)
            pack_older(self.write, told)

    @property
    def db(self) -> Database:
        """This thread's connection."""
        db: Database | None = getattr(self._local, "db", None)
        if db is None:
            db = self._connect()
            self._local.db = db
        return db

    def _connect(self) -> Database:
        if self.read_only:
            return self._connect_to_read()
        connection = sqlite3.connect(self.path, timeout=BUSY_TIMEOUT_MS / 1000, check_same_thread=False)
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA foreign_keys=ON")
        return self._kept(connection)

    def _connect_to_read(self) -> Database:
        """Where nothing can be written SQLite cannot make its side files: without a log of changes beside it the file is
        opened as one that does not change."""
        log = Path(f"{self.path}-wal")
        still = "" if log.exists() and log.stat().st_size else "&immutable=1"
        uri = f"{self.path.absolute().as_uri()}?mode=ro{still}"
        connection = sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_MS / 1000, check_same_thread=False)
        return self._kept(connection)

    def _kept(self, connection: sqlite3.Connection) -> Database:
        connection.create_function("line_of", 3, line_of, deterministic=True)
        with self._guard:
            self._open.append(connection)
        return Database(connection, execute_plugins=False)

    @contextmanager
    def write(self, durable: bool = False) -> Iterator[Database]:
        """A write transaction; `durable` waits until it is on the disk (synchronous=FULL). Raises PermissionError where
        the library can only be read."""
        if self.read_only:
            raise PermissionError(f"The library can only be read: {self.path.parent} cannot be written to.")
        db = self.db
        with self._writing:
            if durable:
                db.conn.execute("PRAGMA synchronous=FULL")
            try:
                db.conn.execute("BEGIN IMMEDIATE")
                try:
                    yield db
                except BaseException:
                    db.conn.rollback()
                    raise
                db.conn.commit()
            finally:
                if durable:
                    db.conn.execute("PRAGMA synchronous=NORMAL")

    @contextmanager
    def snapshot(self) -> Iterator[Database]:
        """Several queries that see the same state of the library."""
        db = self.db
        if db.conn.in_transaction:
            yield db
            return
        db.conn.execute("BEGIN")
        try:
            yield db
        finally:
            db.conn.rollback()

    def close(self) -> None:
        """Close every thread's connection."""
        with self._guard:
            for connection in self._open:
                connection.close()
            self._open.clear()
        self._local = threading.local()


def _read_only(path: Path) -> bool:
    """Whether there is a library that can be read and not written to."""
    readable = path.exists() and os.access(path, os.R_OK)
    return readable and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))


@contextmanager
def _alone(path: Path, told: Told) -> Iterator[None]:
    """No other program changes the form of this library meanwhile."""
    lock = FileLock(f"{path}.lock", mode=0o600)
    try:
        try:
            lock.acquire(timeout=_SOON_S)
        except Timeout:
            told(0, 0)
            lock.acquire(timeout=_PATIENCE_S)
    except Timeout as why:
        busy = "another program is still bringing the library to this version's form: try again in a few minutes"
        raise TimeoutError(busy) from why
    try:
        yield
    finally:
        lock.release()


def _private_file(path: Path) -> None:
    """Make the file, and the folder it stands in, for its owner's eyes only; SQLite gives its side files the same mode."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)
