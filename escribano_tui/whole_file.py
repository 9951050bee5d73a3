"""Files for the owner that are there as a whole or not at all: exports, packed sessions, settings."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from escribano_tui.domain.text import clean_line

_STREAMS = ("/dev/", "/proc/")  # names of what is open already: `-o /dev/stdout`


@contextmanager
def whole_file(target: Path) -> Iterator[IO[bytes]]:
    """A file, readable by its owner alone, that takes the place of `target` once it is written and on the disk.

    Raises LookupError where `target` is something else than a file: a device, a pipe or a folder is never replaced.
    """
    if os.path.lexists(target) and not os.path.islink(target) and not stat.S_ISREG(target.lstat().st_mode):
        raise LookupError(f"“{clean_line(str(target), 200)}” is no file that could be written over: name another one.")
    try:
        handle, name = tempfile.mkstemp(prefix=".escribano-", suffix=".part", dir=target.absolute().parent)  # mode 0600
    except OSError as why:
        raise OSError(why.errno, why.strerror, str(target)) from why  # the name that was asked for
    try:
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def write_whole(target: Path, text: str, make_folder: bool = False) -> None:
    """Write a text as a whole file; a link goes on pointing to it. A pipe or a device is written to as it is.

    With `make_folder` its folder is made where there is none, 0700. Raises OSError.
    """
    if str(target).startswith(_STREAMS) or (target.exists() and not target.is_file()):
        with target.open("w", encoding="utf-8", newline="") as stream:
            stream.write(text)
        return
    real = Path(os.path.realpath(target))
    if make_folder:
        real.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with whole_file(real) as file:
        file.write(text.encode())
