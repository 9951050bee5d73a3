"""Weights that the owner asks for, from the Hugging Face hub: resumable, checked, and in place only when whole."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

from escribano_tui.domain.machine import Fetchable
from escribano_tui.domain.text import clean_line
from escribano_tui.ports import BackendError, Cancelled, Stop

if TYPE_CHECKING:
    import httpx

HUB = "https://huggingface.co"
_CHUNK = 1 << 20
_LOOK_UP_S = 0.1  # how often a fetch looks whether it is to stop, however silent the hub is
_SPARE_BYTES = 500_000_000  # of the disk that stays free
_NAME = re.compile(r"[A-Za-z0-9][\w.\-]*")
_FILE = re.compile(r"[\w.\-]+")

# family: (files that are wanted, repository for a short name)
FAMILIES: dict[str, tuple[tuple[str, ...], str]] = {
    "faster-whisper": (("config.json", "model.bin", "tokenizer.json", "vocabulary.*", "preprocessor_config.json"),
                       "Systran/faster-whisper-{}"),
    "mlx-whisper": (("config.json", "weights.*"), "mlx-community/whisper-{}-mlx"),
    "mlx-vlm": (("*.json", "*.safetensors", "*.txt", "*.jinja", "*.model"), "mlx-community/{}"),
}  # fmt: skip
OTHER_NAMES: dict[str, str] = {
    "faster-whisper/large-v3-turbo": "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
    "faster-whisper/distil-small.en": "Systran/faster-distil-whisper-small.en",
    "faster-whisper/distil-large-v3": "Systran/faster-distil-whisper-large-v3",
    "mlx-whisper/large-v3-turbo": "mlx-community/whisper-large-v3-turbo",
}

# About what is fetched, for those that backends propose: MB, and the licence of the weights.
_FACTS: dict[str, tuple[int, str]] = {
    "faster-whisper/small": (486, "MIT"),
    "faster-whisper/small.en": (486, "MIT"),
    "faster-whisper/base": (148, "MIT"),
    "faster-whisper/base.en": (148, "MIT"),
    "faster-whisper/medium": (1530, "MIT"),
    "faster-whisper/large-v3-turbo": (1620, "MIT"),
    "mlx-whisper/small": (481, "MIT"),
    "mlx-whisper/large-v3-turbo": (1610, "MIT"),
    "mlx-vlm/Qwen3-VL-2B-Instruct-4bit": (1780, "Apache-2.0"),
}


def fetchable(name: str) -> Fetchable | None:
    """What can be fetched under a name; None where it names nothing of a hub."""
    try:
        resolve(name)
    except BackendError:
        return None
    return Fetchable(name, *_FACTS.get(name, (0, "")))


Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class _Either:
    """Stops where its owner says so, and where nobody waits for it any more."""

    stop: Stop
    given_up: Stop

    def is_set(self) -> bool:
        return self.stop.is_set() or self.given_up.is_set()


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of a repository. `digest` is its SHA-256, or, where `blob`, git's SHA-1 of it."""

    name: str
    size: int
    digest: str
    blob: bool


def pull(name: str, models: Path, progress: Progress, stop: Stop, hub: str = "") -> Path:
    """Fetch `FAMILY/NAME` or `FAMILY/OWNER/REPOSITORY` into the models folder; returns its folder.

    What is there already is not fetched again; what an earlier try has of a file is built on. `progress(bytes so far,
    bytes in all, file)`. Raises BackendError with a sentence, and Cancelled soon after `stop`, also where the hub is silent.
    """
    given_up = threading.Event()
    fetched: Future[Path] = Future()

    def fetch() -> None:
        try:
            fetched.set_result(_pull(name, models, progress, _Either(stop, given_up), hub))
        except BaseException as problem:  # noqa: BLE001 - whoever waits for it raises it
            fetched.set_exception(problem)

    threading.Thread(target=fetch, name=f"fetch {name}", daemon=True).start()
    try:
        while not wait([fetched], _LOOK_UP_S).done:
            if stop.is_set():
                raise Cancelled
    finally:
        given_up.set()  # a thread that waits for the hub writes nothing any more
    return fetched.result()


def _pull(name: str, models: Path, progress: Progress, stop: Stop, hub: str) -> Path:
    family, short, repository = resolve(name)
    target = models / family / short
    if target.is_dir():
        return target
    hub = (hub or os.environ.get("HF_ENDPOINT") or HUB).rstrip("/")
    with _client() as client:
        revision, files = _listed(client, hub, repository, FAMILIES[family][0])
        total = sum(f.size for f in files)
        part = models / family / f".{short}.part"
        part.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_room(part, total, files)
        before = 0
        for file in files:
            url = f"{hub}/{repository}/resolve/{revision}/{file.name}"
            _fetch(client, url, file, part / file.name, _further(progress, before, total, file.name), stop)
            before += file.size
    part.rename(target)
    return target


def _further(progress: Progress, before: int, total: int, file: str) -> Callable[[int], None]:
    def further(done: int) -> None:
        progress(before + done, total, file)

    return further


def resolve(name: str) -> tuple[str, str, str]:
    """(family, folder name, repository) of a model's name. Raises BackendError for a name that means nothing."""
    family, _, rest = name.partition("/")
    parts = rest.split("/")
    if family not in FAMILIES or not all(_NAME.fullmatch(p) for p in parts) or len(parts) > 2:
        known = ", ".join(f"{f}/NAME" for f in FAMILIES)
        raise BackendError(f"there is no model {clean_line(name)}: say {known}, or FAMILY/OWNER/REPOSITORY")
    if len(parts) == 2:
        return family, parts[1], rest
    return family, rest, OTHER_NAMES.get(name, FAMILIES[family][1].format(rest))


# ---------------------------------------------------------------- the hub


@contextlib.contextmanager
def _client() -> Iterator[httpx.Client]:
    import httpx

    with httpx.Client(timeout=30.0, follow_redirects=True) as client:
        yield client


def _listed(client: httpx.Client, hub: str, repository: str, wanted: tuple[str, ...]) -> tuple[str, list[RemoteFile]]:
    """The newest revision and the wanted files at its top level."""
    revision = str(_json(client, f"{hub}/api/models/{repository}", repository)["sha"])
    tree = _json(client, f"{hub}/api/models/{repository}/tree/{revision}", repository)
    files = []
    for entry in tree:
        name = str(entry.get("path", ""))
        if entry.get("type") == "file" and _FILE.fullmatch(name) and any(fnmatch(name, pattern) for pattern in wanted):
            large = entry.get("lfs")
            digest = str(large["oid"] if large else entry["oid"])
            files.append(RemoteFile(name, int(entry["size"]), digest.removeprefix("sha256:"), not large))
    if not files:
        raise BackendError(f"{repository} holds none of the files that are wanted ({', '.join(wanted)})")
    return revision, files


def _json(client: httpx.Client, url: str, repository: str) -> Any:
    import httpx

    try:
        answer = client.get(url)
    except httpx.HTTPError as problem:
        raise BackendError(f"the hub does not answer ({type(problem).__name__}): is there a network?") from problem
    if answer.status_code in (401, 403, 404):
        raise BackendError(f"the hub has no open model {repository}")
    if not answer.is_success:
        raise BackendError(f"the hub answered {answer.status_code}; try again later")
    return answer.json()


def _check_room(folder: Path, total: int, files: list[RemoteFile]) -> None:
    there = sum((folder / f.name).stat().st_size for f in files if (folder / f.name).exists())
    free = shutil.disk_usage(folder).free
    if free - (total - there) < _SPARE_BYTES:
        raise BackendError(f"it takes {total / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free at {folder.parent.parent}")


# ---------------------------------------------------------------- one file


def _fetch(client: httpx.Client, url: str, file: RemoteFile, path: Path, progress: Callable[[int], None], stop: Stop) -> None:
    """Fetch what is missing of a file and check it; one that is wrong is thrown away and fetched once more."""
    for attempt in (1, 2):
        if not path.exists() or path.stat().st_size < file.size:
            _append(client, url, file, path, progress, stop)
        if path.stat().st_size == file.size and _digest(path, file) == file.digest:
            progress(file.size)
            return
        path.unlink()
        if attempt == 2:
            raise BackendError(f"{file.name} arrived damaged twice (its checksum is wrong); try again later")


def _append(client: httpx.Client, url: str, file: RemoteFile, path: Path, progress: Callable[[int], None], stop: Stop) -> None:
    import httpx

    have = path.stat().st_size if path.exists() else 0
    headers = {"Range": f"bytes={have}-", "Accept-Encoding": "identity"} if have else {"Accept-Encoding": "identity"}
    try:
        with client.stream("GET", url, headers=headers) as answer:
            if not answer.is_success:
                raise BackendError(f"the hub answered {answer.status_code} for {file.name}; try again later")
            resumed = answer.status_code == 206
            done = have if resumed else 0
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | (os.O_APPEND if resumed else os.O_TRUNC), 0o600)
            with open(descriptor, "wb") as out:
                for chunk in answer.iter_raw():
                    if stop.is_set():
                        raise Cancelled
                    out.write(chunk)
                    done += len(chunk)
                    progress(done)
    except httpx.HTTPError as problem:
        raise BackendError(
            f"the connection broke off ({type(problem).__name__}); the same command goes on from here"
        ) from problem


def _digest(path: Path, file: RemoteFile) -> str:
    """SHA-256, or for small files, which the hub keeps in git, SHA-1 of the git blob."""
    sum_ = hashlib.sha1(usedforsecurity=False) if file.blob else hashlib.sha256()
    if file.blob:
        sum_.update(f"blob {file.size}\0".encode())
    with path.open("rb") as data:
        while chunk := data.read(_CHUNK):
            sum_.update(chunk)
    return sum_.hexdigest()
