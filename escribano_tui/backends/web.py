"""Calls to servers from a phase's thread: given up at once when the run stops, never longer than their time."""

from __future__ import annotations

import ipaddress
import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from escribano_tui.ports import Availability, BackendError, Cancelled, Stop

if TYPE_CHECKING:
    import httpx

KEY_VARIABLE = "ESCRIBANO_API_KEY"  # sent as a bearer token to the server that the profile names, and to no other
LOOK_TIMEOUT_S = 1.0
_POLL_S = 0.05
_TOLD = 300  # characters of an answer that are repeated in an error


def host_elsewhere(url: str) -> str:
    """The host of a URL, empty where it is this machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return ""
    try:
        return "" if ipaddress.ip_address(host).is_loopback else host
    except ValueError:
        return host


def api_base(url: str) -> str:
    """`http://host:8000` and `http://host:8000/v1/` are both `http://host:8000/v1`."""
    url = url.rstrip("/")
    return url if url.endswith("/v1") else f"{url}/v1"


def client(url: str, timeout_s: float) -> httpx.Client:
    """A client for one server; a proxy of the environment is never asked for this machine."""
    import httpx

    key = os.environ.get(KEY_VARIABLE, "")
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return httpx.Client(timeout=timeout_s, headers=headers, trust_env=bool(host_elsewhere(url)), follow_redirects=False)


def served_models(url: str) -> list[str]:
    """The models that an OpenAI-compatible server lists. Raises BackendError where it does not answer."""
    import httpx

    try:
        with client(url, LOOK_TIMEOUT_S) as connection:
            answer = connection.get(f"{api_base(url)}/models")
        if answer.status_code in (401, 403):
            raise BackendError(f"it wants a key (set {KEY_VARIABLE})")
        listed = answer.json()["data"] if answer.is_success else []
        return [str(model["id"]) for model in listed]
    except (httpx.HTTPError, httpx.InvalidURL) as problem:
        raise BackendError(f"it did not answer ({type(problem).__name__})") from problem
    except (ValueError, KeyError, TypeError) as problem:
        raise BackendError("it did not answer as an OpenAI-compatible server does") from problem


def find_model(url: str, model: str, setting: str) -> tuple[str, Availability]:
    """The model of an OpenAI-compatible server that serves (its first one where none is named), and whether it does.

    `setting` is the name of the setting that holds the server's address.
    """
    if not url:
        return model, Availability(False, "the profile names no server", f"Set {setting} in your profile.")
    try:
        served = served_models(url)
    except BackendError as problem:
        return model, Availability(False, str(problem), f"Start the server at {url}, or name another one.")
    found = model or (served[0] if served else "")
    if not found or (model and served and model not in served):
        known = ", ".join(served[:5]) or "none"
        return found, Availability(False, f"it does not serve {found or 'any model'}", f"It serves: {known}.")
    return found, Availability(True)


def ask(url: str, timeout_s: float, stop: Stop, send: Callable[[httpx.Client], httpx.Response]) -> httpx.Response:
    """The answer to what `send` asks. Raises BackendError for anything but success, and Cancelled on `stop`."""
    import httpx

    connection = client(url, timeout_s)
    ended = threading.Event()
    outcome: list[Any] = []

    def work() -> None:
        try:
            outcome.append(send(connection))
        except Exception as problem:  # noqa: BLE001 - raised again in the thread that waits
            outcome.append(problem)
        ended.set()

    threading.Thread(target=work, name="request", daemon=True).start()
    waited = 0.0
    try:
        while not ended.wait(_POLL_S):
            waited += _POLL_S
            if stop.is_set():
                raise Cancelled
            if waited > timeout_s:  # httpx counts each read on its own: a server that drips would never end
                raise BackendError(f"no answer within {timeout_s:g} s")
    finally:
        connection.close()
    answer = outcome[0]
    if isinstance(answer, httpx.TimeoutException):
        raise BackendError(f"no answer within {timeout_s:g} s") from answer
    if isinstance(answer, (httpx.HTTPError, httpx.InvalidURL)):
        raise BackendError(f"the server did not answer: {answer}") from answer
    if isinstance(answer, Exception):
        raise BackendError(f"{type(answer).__name__}: {answer}") from answer
    if not answer.is_success:
        raise BackendError(f"the server answered {answer.status_code}", raw=answer.text[:_TOLD])
    return answer  # type: ignore[no-any-return]
