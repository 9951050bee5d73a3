"""RapidOCR: PP-OCRv6 small, detection and recognition, from the weights inside the wheel, in a host process."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from escribano_tui.backends.offer import Lease, Offer, Opening, Wanted
from escribano_tui.backends.screen_text.spread import reading_threads
from escribano_tui.domain.evidence import Box
from escribano_tui.domain.text import clean_line
from escribano_tui.ports import Availability, BackendError, BackendInfo

if TYPE_CHECKING:
    from escribano_tui.ports import Image

VERSION = "3"  # goes up when the same picture would be read differently
_SIZE_MB = 600
_MOST_LETTERS = 2000
_LARGE = 1000  # rows
_DETECT_S = 60.0
_RECOGNISE_S = 120.0


def weights() -> tuple[Path, Path] | None:
    """Files of the detector and the recogniser, found without importing rapidocr; None where they are not there."""
    spec = importlib.util.find_spec("rapidocr")
    for folder in (spec.submodule_search_locations if spec else None) or ():
        models = Path(folder) / "models"
        detector = next(iter(sorted(models.glob("*_det_*.onnx"))), None)
        recogniser = next(iter(sorted(models.glob("*_rec_*.onnx"))), None)
        if detector and recogniser:
            return detector, recogniser
    return None


class Engine:
    """Lives in a host process. `threads` calls of a model run at once, each on one core; what is read is the same."""

    def __init__(self, detector: str, recogniser: str, threads: int = 1) -> None:
        import cv2

        from escribano_tui.backends.onnx import session
        from escribano_tui.backends.screen_text.detector import Detector
        from escribano_tui.backends.screen_text.recogniser import Recogniser
        from escribano_tui.backends.screen_text.spread import spread_over

        spread = spread_over(threads)
        cv2.setNumThreads(1)
        # Every line has a width of its own: plans of memory kept for each would take twice the room.
        self._detect = Detector(session(Path(detector), 1, memory_plans=False), spread)
        self._recognise = Recogniser(session(Path(recogniser), 1, memory_plans=False), spread)

    def detect(self, image: Image, scale: float = 1.0) -> list[tuple[int, int, int, int]]:
        return [(b.x, b.y, b.w, b.h) for b in self._detect(image, scale)]

    def recognise(self, lines: Sequence[Image]) -> list[tuple[str, float]]:
        return self._recognise(lines)


def load(detector: str, recogniser: str, threads: int = 1) -> Engine:
    """Factory of the host process."""
    return Engine(detector, recogniser, threads)


class RapidOcrReader:
    """The TextReader port: detection and recognition in the host process."""

    def __init__(self, lease: Lease, scale: float = 1.0) -> None:
        self._lease = lease
        self._scale = scale
        lease.warm_soon()

    def detect(self, image: Image) -> Sequence[Box]:
        return [Box(*box) for box in self._lease.call("detect", image, self._scale, timeout_s=_DETECT_S)]

    def recognise(self, lines: Sequence[Image]) -> Sequence[tuple[str, float]]:
        if not lines:
            return []
        read = self._lease.call("recognise", list(lines), timeout_s=_RECOGNISE_S)
        return [(clean_line(text, _MOST_LETTERS), confidence) for text, confidence in read]

    def close(self) -> None:
        self._lease.close()


def _look(wanted: Wanted) -> BackendInfo:
    files = weights() if importlib.util.find_spec("onnxruntime") is not None else None
    model = files[1].stem.replace("_rec", "") if files else "PP-OCR"
    availability = Availability(True)
    if files is None:
        why = "the rapidocr package with its models, or onnxruntime, is not installed"
        availability = Availability(False, why, "Install escribano-tui again with all of its dependencies.")
    return BackendInfo(
        "screen_text", "rapidocr", model, "RapidOCR", availability, _SIZE_MB, "Apache-2.0", embedded=True, version=VERSION
    )


def _open(opening: Opening) -> Any:
    files = weights()
    if files is None:
        raise BackendError("the models of rapidocr are not installed", fatal=True)
    options = {"detector": str(files[0]), "recogniser": str(files[1]), "threads": reading_threads()}
    lease = opening.hosts(f"{__name__}:load", options, label="RapidOCR", size_mb=_SIZE_MB)
    return RapidOcrReader(lease, scale_for(int(opening.options.get("height", 0))))


def scale_for(height: int) -> float:
    """At which scale to look for text in pictures of that height (pixels; 0 where it is not known).

    A large picture is a large screen at its own size or a small one at twice it: text is never finer than on a small
    one, and is found as well at four fifths (measured on 1080 rows) in two thirds of the time.
    """
    return 0.8 if height >= _LARGE else 1.0


OFFER = Offer("screen_text", "rapidocr", _look, _open)
