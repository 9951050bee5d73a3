"""A describer that asks a vision model: pictures in, answers parsed, bad ones asked once more alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from escribano_tui.backends.offer import Opening
from escribano_tui.backends.vision.answers import Answer, BadAnswer, parse
from escribano_tui.backends.vision.prompts import Prompt, load_prompt
from escribano_tui.domain.evidence import Description, Frame
from escribano_tui.domain.text import clean
from escribano_tui.ports import BackendError, Scene, Stop

if TYPE_CHECKING:
    from escribano_tui.ports import Image

FIRST_TEMPERATURE, SECOND_TEMPERATURE = 0.0, 0.7
# Models do not know how sure they are; what the screen bears out is added by whoever holds them against it.
CONFIDENCE, CONFIDENCE_REPAIRED, CONFIDENCE_AGAIN = 0.7, 0.65, 0.55
_JPEG_QUALITY = 90
_MOST_RAW = 4_000


class Asker(Protocol):
    """One model that looks at pictures."""

    model: str

    def ask(self, pictures: Sequence[bytes], prompt: str, temperature: float) -> Sequence[str | BackendError]:
        """One answer for each JPEG, each looked at on its own. Raises BackendError where none can be given."""
        ...

    def close(self) -> None: ...


class ModelDescriber:
    """The Describer port over an Asker."""

    wants_image = True
    wants_text = False

    def __init__(self, name: str, asker: Asker, prompt: Prompt) -> None:
        self._name = name
        self._asker = asker
        self._prompt = prompt

    def describe(self, scenes: Sequence[Scene]) -> Sequence[Description | BackendError]:
        pictures = [jpeg(scene.image) for scene in scenes if scene.image is not None]
        if len(pictures) != len(scenes):
            raise BackendError("a frame came without its picture")
        answers = self._asker.ask(pictures, self._prompt.text, FIRST_TEMPERATURE)
        pairs = zip(scenes, pictures, answers, strict=True)
        return [self._settled(scene.frame, picture, answer) for scene, picture, answer in pairs]

    def close(self) -> None:
        self._asker.close()

    def _settled(self, frame: Frame, picture: bytes, answer: str | BackendError) -> Description | BackendError:
        """The description of an answer; a bad one is asked for once more, alone and with another temperature."""
        if isinstance(answer, BackendError):
            return answer
        try:
            told = parse(answer)
            return self._description(frame, told, CONFIDENCE_REPAIRED if told.repaired else CONFIDENCE)
        except BadAnswer:
            return self._again(frame, picture, answer)

    def _again(self, frame: Frame, picture: bytes, first: str) -> Description | BackendError:
        try:
            answer = self._asker.ask([picture], self._prompt.text, SECOND_TEMPERATURE)[0]
        except BackendError as problem:
            answer = problem
        if isinstance(answer, BackendError):
            return BackendError(str(answer), raw=_raw(first), fatal=answer.fatal)
        try:
            return self._description(frame, parse(answer), CONFIDENCE_AGAIN)
        except BadAnswer as why:
            return BackendError(f"its answer cannot be used: {why}", raw=_raw(first, answer))

    def _description(self, frame: Frame, told: Answer, confidence: float) -> Description:
        return Description(
            t_s=frame.t_s, sentence=told.sentence, activity=told.activity, confidence=confidence, apps=told.apps,
            topics=told.topics, title=told.title, scores={told.activity: confidence}, backend=self._name,
            model=self._asker.model, prompt=self._prompt.digest,
        )  # fmt: skip


def jpeg(image: Image) -> bytes:
    """A picture as a JPEG."""
    import cv2

    ok, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    if not ok:
        raise BackendError("a picture could not be encoded")
    return bytes(data)


def _raw(*answers: str) -> str:
    """What was answered, to be kept with the failure; never empty, so that a bad answer is told from none."""
    return clean("\n---\n".join(answers), _MOST_RAW) or "(empty)"


def describer(name: str, make: Callable[[str, str, int, float, Stop], Asker], opening: Opening) -> ModelDescriber:
    """A describer over a model of a server; `make` is given its address, the model, tokens at most, seconds, and the stop."""
    options = opening.options
    asker = make(
        opening.wanted.url, opening.info.model, int(options.get("max_tokens", 300)), float(options.get("timeout_s", 60.0)),
        opening.stop,
    )  # fmt: skip
    return ModelDescriber(name, asker, load_prompt(opening.wanted.own_prompts))
