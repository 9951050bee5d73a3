"""Pictures of recordings: thumbnails, what is at work, and full ones that are kept. Folders 0700, files 0600."""

from __future__ import annotations

import os
import re
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from escribano_tui.ports import Image

THUMBNAIL_SIDE = 480
WORK, WHOLE = "work", "whole"  # folders of what is at work, and of full pictures that the owner keeps
_SMALL = ".small"
_THUMBNAIL = [cv2.IMWRITE_JPEG_QUALITY, 80]
# 4:4:4: red text on dark ground would bleed with subsampled colour; see tests/benchmarks for time against reading.
_WORK = [cv2.IMWRITE_JPEG_QUALITY, 95, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}")


class RecordingFiles:
    """The MediaFiles port: one folder for each recording under `root`, made when first needed."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def folder(self, recording_id: str) -> Path:
        """The recording's folder, made (0700) where it is not there."""
        folder = self._root / _checked(recording_id)
        _make(self._root)
        _make(folder)
        return folder

    def save_thumbnail(self, recording_id: str, name: str, image: Image) -> str:
        """Write a JPEG of at most 480 px on its long side; returns the file name that it has once it is shown."""
        _write(self._work_path(recording_id, f"{name}{_SMALL}", make=True), _encoded(shrunk(image, THUMBNAIL_SIDE), _THUMBNAIL))
        return f"{_checked(name)}.jpg"

    def show(self, recording_id: str, name: str, whole: bool = False) -> bool:
        small, shown = self._work_path(recording_id, f"{name}{_SMALL}"), self._path(recording_id, "", name)
        if not small.exists() and not shown.exists():
            image = self.work(recording_id, name)
            if image is None:
                return False
            self.save_thumbnail(recording_id, name, image)
        _link(small, shown)
        if whole:
            _link(self._work_path(recording_id, name), self._path(recording_id, WHOLE, name, make=True))
        return True

    def keep_whole(self, recording_id: str, name: str, image: Image) -> None:
        _write(self._path(recording_id, WHOLE, name, make=True), _encoded(image, _WORK))

    def thumbnail(self, recording_id: str, file: str) -> Path:
        """Where a thumbnail lies; until it is shown that is aside."""
        name = _checked(file).removesuffix(".jpg")
        shown, small = self._path(recording_id, "", name), self._work_path(recording_id, f"{name}{_SMALL}")
        return small if small.exists() and not shown.exists() else shown

    def whole(self, recording_id: str, file: str) -> Path | None:
        if not _SAFE.fullmatch(file):  # a session that was packed elsewhere may name its thumbnails otherwise
            return None
        path = self._path(recording_id, WHOLE, file.removesuffix(".jpg"))
        return path if path.exists() else None

    def drop_pictures(self, recording_id: str, name: str) -> None:
        self._work_path(recording_id, f"{name}{_SMALL}").unlink(missing_ok=True)
        for inside in ("", WHOLE):
            self._path(recording_id, inside, name).unlink(missing_ok=True)

    def save_work(self, recording_id: str, name: str, image: Image) -> None:
        """Keep a full-size picture (JPEG 95, 4:4:4) until both lanes are through with it."""
        _write(self._work_path(recording_id, name, make=True), _encoded(image, _WORK))

    def work(self, recording_id: str, name: str) -> Image | None:
        """The picture kept under `name`, or None where it has been dropped."""
        try:
            data = self._work_path(recording_id, name).read_bytes()
        except FileNotFoundError:
            return None
        image = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), cv2.IMREAD_COLOR)
        return None if image is None else np.asarray(image, dtype=np.uint8)

    def drop_work(self, recording_id: str, name: str) -> None:
        self._work_path(recording_id, name).unlink(missing_ok=True)

    def clear_work(self, recording_id: str) -> None:
        folder = self._root / _checked(recording_id) / WORK
        for path in folder.iterdir() if folder.is_dir() else ():
            path.unlink(missing_ok=True)

    def _work_path(self, recording_id: str, name: str, make: bool = False) -> Path:
        return self._path(recording_id, WORK, name, make)

    def _path(self, recording_id: str, inside: str, name: str, make: bool = False) -> Path:
        folder = self._root / _checked(recording_id) / inside
        if make:
            self.folder(recording_id)
            _make(folder)
        return folder / f"{_checked(name)}.jpg"


def shrunk(image: Image, long_side: int) -> Image:
    """The picture with its long side at most `long_side` px (area average)."""
    height, width = image.shape[:2]
    scale = long_side / max(height, width)
    if scale >= 1:
        return image
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _checked(name: str) -> str:
    """A plain name: never a path out of the folder. Raises ValueError."""
    if not _SAFE.fullmatch(name) or ".." in name:
        raise ValueError(f"not a plain file name: {name!r}")
    return name


def _link(source: Path, target: Path) -> None:
    """Let a file stand in a second place as well, instead of what stands there. Without a source nothing happens."""
    if not source.exists() or (target.exists() and os.path.samefile(source, target)):
        return
    temporary = target.with_name(f".{target.name}.{os.getpid()}.{threading.get_ident()}.part")
    try:
        os.link(source, temporary)
    except OSError:  # a file system without hard links
        _write(target, source.read_bytes())
        return
    os.replace(temporary, target)


def _make(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)  # whatever the umask


def _encoded(image: Image, parameters: list[int]) -> bytes:
    ok, data = cv2.imencode(".jpg", image, parameters)
    if not ok:
        raise OSError("a picture could not be encoded")
    return bytes(data)


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all: a kill in between leaves no half a picture."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.part")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    os.replace(temporary, path)
