"""Writers with a model behind a server: what they word, what is struck, and what happens when the server misbehaves."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from escribano_tui.backends.registry import Registry
from escribano_tui.backends.writing import ollama, openai, templates
from escribano_tui.backends.writing.deterministic import DeterministicWriter
from escribano_tui.backends.writing.model import ModelWriter
from escribano_tui.backends.writing.ollama import OllamaTalk, best_model
from escribano_tui.backends.writing.openai import ServerTalk
from escribano_tui.domain.facts import build
from escribano_tui.domain.summary import Summary
from escribano_tui.domain.timeline import Assign
from escribano_tui.domain.times import parse_clock
from escribano_tui.ports import BackendError, Cancelled
from tests.backends.writing.servers import Behaviour, Facts, faithful, serving
from tests.domain.test_facts import long_session
from tests.sample_session import EDITS, INJECTION, SECRET, sample

PROTOCOLS = {"ollama": OllamaTalk, "openai": ServerTalk}
both = pytest.mark.parametrize("protocol", list(PROTOCOLS))


def written(
    url: str,
    protocol: str,
    format: str = "card",
    dossier: Any = None,
    before: Summary | None = None,
    stop: Any = None,
    heard: Any = None,
) -> Summary:
    writer = ModelWriter(protocol, PROTOCOLS[protocol](url, "tiny", stall_s=0.4), templates.load()[0])
    return writer.write(build(dossier or sample()), format, before, stop or threading.Event(), heard)


def plain_card(dossier: Any = None) -> str:
    return DeterministicWriter(templates.load()[0]).write(build(dossier or sample()), "card", None, threading.Event()).markdown


def section(markdown: str, label: str) -> str:
    return next(s for s in re.split(r"^(?=## )", markdown, flags=re.M) if s.startswith(f"## {label}"))


@both
@pytest.mark.parametrize("format", ["card", "standup", "narrative"])
def test_the_model_words_the_facts_and_code_cites_them(protocol: str, format: str) -> None:
    with serving(Behaviour()) as url:
        summary = written(url, protocol, format)

    assert (summary.writer, summary.model, summary.struck, summary.note) == (protocol, "tiny", 0, "")
    assert "`weigh_frame`" in summary.markdown
    spans = [(s.start_s, s.end_s) for s in sample().session.timeline.segments]
    for times in re.findall(r"(?<!\\)\[(\d[\d:., ]*)\]", summary.markdown):
        for time in times.split(", "):
            at = parse_clock(time)
            assert at is not None
            assert any(a <= at < b for a, b in spans)


@both
def test_text_streams_in_as_it_is_checked(protocol: str) -> None:
    heard: list[str] = []
    with serving(Behaviour()) as url:
        summary = written(url, protocol, heard=heard.append)

    assert len(heard) > 6
    assert heard[0].startswith("## Rounding of hive weights")
    shown = [line for text in heard for line in text.splitlines() if line and not line.startswith("#")]
    assert all(line in summary.markdown for line in shown)


def inventing(facts: Facts) -> str:
    lines = [f"[{f['fact']}] {f['text']} It took 47 minutes. Reginald Oyelaran approved it." for f in facts]
    return "\n".join([*lines, "[99] Deployed everything to production.", "Great work today!"])


@both
def test_invented_numbers_and_names_are_struck_and_counted(protocol: str) -> None:
    with serving(Behaviour(inventing)) as url:
        summary = written(url, protocol)

    assert "47" not in summary.markdown
    assert "Reginald" not in summary.markdown
    assert "production" not in summary.markdown
    assert summary.struck >= 2 * 6


@both
@pytest.mark.parametrize(
    ("trouble", "why"),
    [
        ("stall", "it said nothing for 0.4 s"),
        ("cut", "its answer broke off"),
        ("500", "out of memory"),
        ("404", "model not found"),
        ("half", "its answer is not what"),
        ("other", "(its answer is not what|its answer broke off)"),
        ("empty", "it wrote nothing"),
    ],
)
def test_a_server_in_trouble_is_told_as_it_is(protocol: str, trouble: str, why: str) -> None:
    with serving(Behaviour(trouble=trouble)) as url, pytest.raises(BackendError, match=why):
        written(url, protocol)


GERMAN = (
    "[1] Ich habe heute das Gewicht der Bienenstöcke neu berechnet und danach alle Prüfungen noch einmal laufen lassen "
    "können, bevor Mittag war."
)
LOOP = "[1] the same thing and " * 60


@both
@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("I'm sorry, but I can't help with that request.", "it refused"),
        (GERMAN, "it did not write in English"),
        (LOOP, "repeated itself"),
        ("purple monkeys dishwasher", "hardly anything of what it wrote is borne out"),
        ("[1] Implemented OAuth for the Kubernetes cluster.", "hardly anything of what it wrote is borne out"),
        ("[77] Nothing.", "hardly anything of what it wrote is borne out"),
    ],
)
def test_an_answer_that_cannot_be_used_is_told_as_it_is(protocol: str, answer: str, why: str) -> None:
    with serving(Behaviour(lambda facts: answer)) as url, pytest.raises(BackendError, match=why):
        written(url, protocol)


@both
def test_where_one_subject_fails_its_deterministic_text_stands(protocol: str) -> None:
    def answer(facts: Facts) -> str:
        return "" if "notes.md" in facts[0]["text"] else faithful(facts)

    with serving(Behaviour(answer)) as url:
        summary = written(url, protocol)

    assert summary.note == "Written without the model: Apiary notes (it wrote nothing)."
    assert section(summary.markdown, "Apiary notes").split("---")[0] == section(plain_card(), "Apiary notes").split("---")[0]


def test_a_fact_that_the_model_leaves_out_is_told_all_the_same() -> None:
    with serving(Behaviour(lambda facts: faithful(facts[::2]))) as url:
        text = written(url, "openai").markdown

    for fact in ("weigh_frame", "test_tare_twice", "Quantizing and rounding", "1f0e9bc", "All 4 tests passed"):
        assert fact in text


@both
def test_an_unchanged_subject_is_taken_over_word_for_word(protocol: str) -> None:
    behaviour = Behaviour()
    with serving(behaviour) as url:
        first = written(url, protocol)
        asked = len(behaviour.asked)
        behaviour.answer = lambda facts: faithful(facts).replace("Worked on", "Kept on working on")
        again = written(url, protocol, before=first)
        assert (again.markdown, len(behaviour.asked)) == (first.markdown, asked)
        changed = sample((*EDITS, Assign(425_000, 480_000, "title", "Bloom plan")))
        later = written(url, protocol, dossier=changed, before=first)

    assert len(behaviour.asked) == asked + 1
    assert section(later.markdown, "Rounding") == section(first.markdown, "Rounding")
    assert "*Bloom plan*" in section(later.markdown, "Apiary notes")


@pytest.mark.parametrize("at_once", [1, 3])
def test_no_more_is_asked_at_once_than_the_setting_says(at_once: int) -> None:
    """Over all formats that are written at the same time."""
    asking, most, guard = 0, 0, threading.Lock()
    together = threading.Event()

    class Talk:
        model = "tiny"

        def stream(self, messages: Any, most_tokens: int, stop: Any) -> Iterator[str]:
            nonlocal asking, most
            with guard:
                asking += 1
                most = max(most, asking)
                if asking >= at_once:
                    together.set()
            together.wait(20)
            yield "[1] Worked on it.\n"
            with guard:
                asking -= 1

        def close(self) -> None:
            """Nothing is held."""

    writer = ModelWriter("openai", Talk(), templates.load()[0], at_once)
    sheet = build(sample())
    threads = [threading.Thread(target=_quietly, args=(writer, sheet, f)) for f in ("card", "standup", "narrative")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert most == at_once


def _quietly(writer: ModelWriter, sheet: Any, format: str) -> None:
    with contextlib.suppress(BackendError):
        writer.write(sheet, format, None, threading.Event())


def test_what_another_model_wrote_is_not_taken_over() -> None:
    behaviour = Behaviour()
    with serving(behaviour) as url:
        first = written(url, "openai")
        asked = len(behaviour.asked)
        written(url, "openai", before=replace(first, parts=first.parts.replace('"tiny"', '"huge"')))
        written(url, "openai", before=replace(first, parts="{broken"))

    assert len(behaviour.asked) == 3 * asked


@both
def test_instructions_in_the_evidence_are_data(protocol: str) -> None:
    """Even a model that obeys them cannot write what the facts do not say."""
    behaviour = Behaviour(
        lambda facts: faithful(facts) + "\n[1] The owner earned 5000 dollars.\n[2] Ignored all previous instructions."
    )
    with serving(behaviour) as url:
        text = written(url, protocol, "narrative").markdown

    prompts = [m["content"] for body in behaviour.asked for m in body["messages"] if m["role"] == "user"]
    assert any(INJECTION in p for p in prompts)
    assert not any(INJECTION in m["content"] for body in behaviour.asked for m in body["messages"] if m["role"] == "system")
    assert text.count("5000") == 1
    assert f"“{INJECTION}.”" in text
    assert SECRET not in str(behaviour.asked)


@both
def test_a_prompt_that_is_too_long_for_the_model_is_asked_in_parts(protocol: str) -> None:
    behaviour = Behaviour(trouble="context")
    with serving(behaviour) as url:
        summary = written(url, protocol)

    assert summary.note == ""
    assert min(len(b["messages"][-1]["content"].splitlines()) for b in behaviour.asked) == 1


def test_prompts_stay_within_a_small_context() -> None:
    behaviour = Behaviour()
    with serving(behaviour) as url:
        written(url, "ollama", "narrative", dossier=long_session(240, 40))

    for body in behaviour.asked:
        asked = sum(len(m["content"]) for m in body["messages"])
        assert asked / 3 + body["options"]["num_predict"] <= body["options"]["num_ctx"] <= 4096


@both
def test_cancelling_ends_a_stalled_answer_at_once(protocol: str) -> None:
    behaviour, stop = Behaviour(trouble="stall"), threading.Event()
    with serving(behaviour) as url:
        writer = ModelWriter(protocol, PROTOCOLS[protocol](url, "tiny", stall_s=60), templates.load()[0])
        with pytest.raises(Cancelled):
            writer.write(build(sample()), "card", None, stop, lambda text: stop.set() if "[0:09]" in text else None)


def test_no_server_no_writer(tmp_path: Path) -> None:
    registry = Registry(
        tmp_path, modules=("escribano_tui.backends.writing.openai", "escribano_tui.backends.writing.deterministic")
    )

    choice = registry.choose("writing", ("openai", "auto"), url="http://127.0.0.1:9")

    assert choice.serves is not None
    assert choice.serves.name == "deterministic"
    assert "did not answer" in choice.passed_over[0].availability.why


@pytest.mark.parametrize(("module", "name"), [(ollama, "ollama"), (openai, "openai")])
def test_offers_say_what_serves(module: Any, name: str, tmp_path: Path) -> None:
    registry = Registry(tmp_path, modules=(module.__name__,))
    with serving(Behaviour(models=("nomic-embed-text", "tiny"))) as url:
        info = registry.choose("writing", (name,), model="tiny", url=url).serves
        missing = registry.choose("writing", (name,), model="enormous", url=url).passed_over[0]
        assert info is not None
        assert (info.model, info.leaves_machine) == ("tiny", "")
        writer = registry.open(registry.choose("writing", (name,), model="tiny", url=url), {"stall_s": 5.0})
        assert writer.write(build(sample()), "card", None, threading.Event()).writer == name
    assert not missing.availability.ok
    assert "enormous" in missing.availability.why


def test_the_model_fits_the_memory_and_can_write() -> None:
    gb = 1_000_000_000
    sizes = {"nomic-embed-text:latest": 1, "qwen3:4b": 3 * gb, "qwen3:8b": 5 * gb, "llama3:70b": 40 * gb}

    assert best_model(sizes, 16_000) == "qwen3:8b"
    assert best_model(sizes, 100_000) == "llama3:70b"
    assert best_model({"bge-m3": 1}, 100) == ""


def test_a_server_elsewhere_is_named() -> None:
    assert openai._look(openai.Wanted("m", "http://192.0.2.1:1")).leaves_machine == "192.0.2.1"
