"""A whole session as one file that another library takes in (the port Packing).

A zip with `pack.json` (which format, which recording), `rows.jsonl` (a row of the store on each line) and `media/`
(thumbnails). What comes in is from outside: names, sizes and rows are looked at before anything is kept.
"""

from __future__ import annotations

import base64
import binascii
import errno
import json
import lzma
import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from escribano_tui.domain.carrying import BadPack, Carried
from escribano_tui.domain.recording import UnusableInput
from escribano_tui.domain.text import clean_line
from escribano_tui.ports import MediaFiles, Store
from escribano_tui.whole_file import whole_file

FORMAT: Final = "escribano-tui/pack@1"
FACTS, ROWS, MEDIA = "pack.json", "rows.jsonl", "media/"
# Twelve hours give some 50 MB of rows; a thumbnail is a few kB. What claims to be far larger is no session.
MOST_ROWS: Final = 2_000_000_000
MOST_LINE: Final = 64_000_000
MOST_PICTURE: Final = 2_000_000
MOST_PICTURES: Final = 200_000
# What zipfile and zlib raise for a damaged archive; OverflowError and struct.error come from sizes that cannot be.
_DAMAGED: Final = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, NotImplementedError,
    RuntimeError, OverflowError, ValueError,
)  # fmt: skip
_PICTURE = re.compile(r"media/[A-Za-z0-9][A-Za-z0-9._-]{0,120}\.jpg")


@dataclass(frozen=True, slots=True)
class PackingDesk:
    """`busy` says whether a run is at work on a recording."""

    store: Store
    files: MediaFiles
    busy: Callable[[str], bool]

    def pack(self, recording_id: str, target: Path) -> None:
        if self.store.recordings.get(recording_id) is None:
            raise LookupError("There is no such recording in the library.")
        with whole_file(target) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
            out.writestr(FACTS, json.dumps({"format": FORMAT, "recording": recording_id}))
            with out.open(ROWS, "w", force_zip64=True) as rows:
                for table, row in self.store.carrying.rows(recording_id):
                    rows.write(json.dumps([table, {k: _packed(v) for k, v in row.items()}]).encode() + b"\n")
            for picture in self._pictures(recording_id):
                out.write(picture, MEDIA + picture.name, zipfile.ZIP_STORED)

    def _pictures(self, recording_id: str) -> list[Path]:
        folder = self.files.folder(recording_id)
        found = sorted(folder.glob("*.jpg")) if folder.is_dir() else []
        return [path for path in found if path.is_file() and _PICTURE.fullmatch(MEDIA + path.name)]

    def unpack(self, source: Path) -> Carried:
        shown = clean_line(source.name, 120)
        try:
            with _regular(source, shown) as file, zipfile.ZipFile(file) as packed:
                recording_id = _facts(packed)
                pictures = _pictures_of(packed)
                if self.busy(recording_id):
                    raise UnusableInput(f"A run is at work on the recording of “{shown}”; it can be taken in after that.")
                carried = self.store.carrying.take_in(_rows_of(packed, recording_id))
                self._keep(packed, recording_id, pictures)
                return carried
        except BadPack as why:
            raise UnusableInput(f"“{shown}” holds no session that could be taken in: {why}.") from why
        except _DAMAGED as why:
            raise UnusableInput(f"“{shown}” is no packed session, or a damaged one.") from why
        except OSError as why:
            if why.errno != errno.EINVAL:  # what is damaged sends us to a place before the file's beginning
                raise
            raise UnusableInput(f"“{shown}” is no packed session, or a damaged one.") from why

    def _keep(self, packed: zipfile.ZipFile, recording_id: str, pictures: list[zipfile.ZipInfo]) -> None:
        folder = self.files.folder(recording_id)
        for info in pictures:
            target = folder / info.filename.removeprefix(MEDIA)
            if not target.exists():
                with whole_file(target) as out:
                    out.write(packed.read(info))


def _regular(source: Path, shown: str) -> IO[bytes]:
    """The file, opened. A pipe would keep us waiting and a device has no end: both are refused."""
    try:
        handle = os.open(source, os.O_RDONLY | os.O_NONBLOCK)
    except FileNotFoundError as why:
        raise UnusableInput(f"There is no file “{shown}”.") from why
    except (OSError, ValueError) as why:
        told = (why.strerror or str(why)).lower() if isinstance(why, OSError) else str(why)
        raise UnusableInput(f"“{shown}” cannot be opened: {told}.") from why
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise UnusableInput(f"“{shown}” is not a regular file, so it is no packed session.")
    return os.fdopen(handle, "rb")


def _facts(packed: zipfile.ZipFile) -> str:
    """The id of the recording."""
    try:
        with packed.open(FACTS) as file:
            facts = json.loads(file.read(10_000))
    except (KeyError, ValueError, RecursionError) as why:
        raise BadPack("it does not say what it is") from why
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        raise BadPack("it is of another format, or of a newer version")
    recording_id = facts.get("recording")
    if not isinstance(recording_id, str) or not re.fullmatch(r"[a-z0-9]{4,64}", recording_id):
        raise BadPack("it names no recording")
    return recording_id


def _pictures_of(packed: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The thumbnails. Any other name, or a size that no thumbnail has, and the file is refused."""
    pictures = [info for info in packed.infolist() if info.filename not in (FACTS, ROWS)]
    if len(pictures) > MOST_PICTURES:
        raise BadPack("it holds far too many pictures")
    for info in pictures:
        if not _PICTURE.fullmatch(info.filename):
            raise BadPack(f"it holds a file “{clean_line(info.filename, 60)}”, which belongs to no session")
        if info.file_size > MOST_PICTURE:
            raise BadPack("one of its pictures is far too large")
    return pictures


def _rows_of(packed: zipfile.ZipFile, recording_id: str) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        info = packed.getinfo(ROWS)
    except KeyError as why:
        raise BadPack("it holds no rows") from why
    if info.file_size > MOST_ROWS:
        raise BadPack("it is far too large")
    with packed.open(info) as file:
        for line in _lines(file):
            try:
                table, packed_row = json.loads(line)
                row = {str(k): _unpacked(v) for k, v in dict(packed_row).items()}
            except (ValueError, TypeError, KeyError, RecursionError, binascii.Error) as why:
                raise BadPack("one of its rows cannot be read") from why
            if table == "recordings" and row.get("id") != recording_id:
                raise BadPack("it holds another recording than it says")
            yield str(table), row


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    while line := file.readline(MOST_LINE):
        if len(line) == MOST_LINE:
            raise BadPack("one of its rows is far too long")
        yield line


def _packed(value: Any) -> Any:
    return {"bytes": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def _unpacked(value: Any) -> Any:
    return base64.b64decode(value["bytes"], validate=True) if isinstance(value, dict) else value
