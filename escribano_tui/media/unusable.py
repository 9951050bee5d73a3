"""Why a file cannot be used, in one sentence that also says what would help."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from escribano_tui.domain.recording import UnusableInput
from escribano_tui.domain.text import clean_line

CUT = "cut it into parts, for example with: ffmpeg -i IN -c copy -f segment -segment_time 3600 PART%03d.mkv"
_HEAD = 4096
_MOST_BOXES = 10_000  # of a file made to be looked through forever; fragments are found by their `moov` at the front
_MP4_BRANDS = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")
_PICTURES = {
    b"\x89PNG": "a PNG picture", b"\xff\xd8\xff": "a JPEG picture", b"RIFF": "", b"%PDF": "a PDF document",
    b"PK\x03\x04": "a zip archive", b"#EXTM3U": "a playlist", b"ffconcat": "a playlist", b"\x1f\x8b": "a gzip archive",
}  # fmt: skip


def check_is_file(path: Path) -> None:
    """Raises UnusableInput unless `path` is a readable regular file with something in it."""
    name = shown(path)
    try:
        status = path.stat()
    except FileNotFoundError:
        raise UnusableInput(f"There is no file {name}; check the path and the spelling.") from None
    except (OSError, ValueError) as error:
        raise UnusableInput(f"{name} cannot be looked at ({_reason(error)}); check the path.") from None
    if stat.S_ISDIR(status.st_mode):
        raise UnusableInput(f"{name} is a folder, not a recording; name the video file inside it.")
    if not stat.S_ISREG(status.st_mode):
        raise UnusableInput(f"{name} is not a regular file; save the recording to a file first.")
    if status.st_size == 0:
        raise UnusableInput(f"{name} is empty (0 bytes); the recorder wrote nothing, so record or copy it again.")
    if not os.access(path, os.R_OK):
        raise UnusableInput(f"{name} may not be read by this user; change its permissions (chmod u+r).")


def explain(path: Path, error: Exception) -> UnusableInput:
    """The sentence for a file that libav could not open or read."""
    name = shown(path)
    if isinstance(error, MemoryError):
        return UnusableInput(f"{name} needs more memory than there is; convert it to a smaller MP4, MKV or WebM.")
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as failed:
        return UnusableInput(f"{name} cannot be read ({_reason(failed)}); check the disk and the permissions.")
    for magic, what in _PICTURES.items():
        if what and head.startswith(magic):
            return UnusableInput(f"{name} is {what}, not a recording; name the video file itself.")
    if head[4:8] in _MP4_BRANDS:
        if _mp4_index_missing(path):
            return UnusableInput(
                f"{name} has no index (moov atom): the recorder did not finish it; a repair tool such as untrunc, "
                "with a good file of the same recorder, may restore it."
            )
        return UnusableInput(f"{name} is damaged: its index cannot be read ({_reason(error)}); copy it again from its source.")
    if not head.strip(b"\0"):
        return UnusableInput(f"{name} holds only zeros; the copy or the recording was not completed, so copy it again.")
    if _is_text(head):
        return UnusableInput(f"{name} is a text file, not a recording; name the video file itself.")
    return UnusableInput(
        f"{name} is not a recording that can be read ({_reason(error)}); convert it to MP4, MKV or WebM, or copy it again."
    )


def too_many(path: Path, error: Exception) -> UnusableInput:
    """The sentence for a file with more pictures than can be used."""
    return UnusableInput(f"{shown(path)} holds more than {clean_line(str(error))} pictures, more than can be used; {CUT}.")


def shown(path: Path) -> str:
    """The file's name as it may be printed, in quotes."""
    return f'"{clean_line(path.name) or clean_line(str(path))}"'


def _reason(error: Exception) -> str:
    text = getattr(error, "strerror", None) or str(error)
    return clean_line(text, 160)[:1].lower() + clean_line(text, 160)[1:]


def _is_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > len(head) - 4  # a character cut at the end of the sample
    return True


def _mp4_index_missing(path: Path) -> bool:
    """Whether the top-level boxes of an ISO BMFF file name no `moov` (ISO/IEC 14496-12, section 4.2)."""
    size = path.stat().st_size
    with path.open("rb") as file:
        offset = 0
        for _ in range(_MOST_BOXES):
            if offset + 8 > size:
                break
            file.seek(offset)
            header = file.read(16)
            length, kind = int.from_bytes(header[:4], "big"), header[4:8]
            if kind == b"moov":
                return False
            if length == 1:
                length = int.from_bytes(header[8:16], "big")
            if length < 8:  # 0: to the end of the file; else damaged
                return True
            offset += length
    return True
