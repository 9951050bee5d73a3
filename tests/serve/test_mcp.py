"""A real client session of the SDK with the real server, each tool called."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp")

from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from escribano_tui.domain.evidence import Box, ScreenLine
from escribano_tui.domain.session import PhaseRecord
from escribano_tui.domain.timeline import Assign
from escribano_tui.store.library import LibraryStore
from tests.cli.program import Program
from tests.usecases.drafted import RECORDING, drafted
from tests.usecases.test_sessions import desk_of

ID = RECORDING.id
READING = {"list_recordings", "search", "show_session", "get_transcript", "get_summary", "get_facts", "tell_days"}
EDITING = {"relabel", "retitle", "undo", "regenerate_summary"}


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """A library with one recording, whose second segment (with all that was said) is personal; a line that was shown in
    it stood on for a while."""
    store = drafted(tmp_path)
    read = store.outputs.open(ID, "read", "k", "", "")
    store.outputs.put(read.id, "all", [ScreenLine("l", "my pin is 4711", Box(0, 0, 1, 1), 22.0, 41.0)])
    run = store.runs.shown(ID)
    assert run is not None
    store.runs.phase(run.id, PhaseRecord("read", "finished", output_id=read.id))
    store.recordings.set_started_at(ID, "2026-11-20T12:00:00+00:00")
    desk_of(store).edit(ID, [Assign(20_000, 40_000, "personal", True), Assign(20_000, 40_000, "title", "my diary")], 0)
    store.close()
    (tmp_path / "home").rename(tmp_path / "state")
    return Program(tmp_path)


@asynccontextmanager
async def connected(program: Program, *options: str) -> AsyncIterator[Client]:
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "escribano_tui", "mcp", *options], env=program.environ()
    )  # fmt: skip
    async with Client(stdio_client(server)) as client:
        yield client


async def answer(client: Client, tool: str, **arguments: Any) -> Any:
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result
    told = result.structured_content
    assert told is not None
    return told.get("result", told)


async def test_every_reading_tool_answers_and_gives_nothing_personal(program: Program) -> None:
    async with connected(program) as client:
        assert {tool.name for tool in (await client.list_tools()).tools} == READING
        rows = await answer(client, "list_recordings", after="2000-01-01")
        found = await answer(client, "search", query="parser")
        hidden = await answer(client, "search", query="diary")
        queries = ("pin", "pin personal:no", "4711 activity:coding", "pin app:kate", "screen:4711", "pin on:2026-11-20")
        private = [hit for query in queries for hit in (await answer(client, "search", query=query))["hits"]]
        session = await answer(client, "show_session", recording=ID[:6])
        said = await answer(client, "get_transcript", recording=ID)
        facts = await answer(client, "get_facts", first="2026-11-20")
        story = await answer(client, "tell_days", first="2026-11-20")
    assert [s["personal"] for s in session["segments"]] == [False, True, False]
    assert session["segments"][1].keys() == {"id", "start_s", "end_s", "personal"}
    assert session["segments"][0]["title"] == "parser.py"
    assert found["hits"]
    assert hidden["hits"] == private == said == []
    assert (facts["recorded_s"], facts["work_s"], facts["personal_s"]) == (60.0, 40.0, 20.0)
    assert [(a["name"], a["s"]) for a in facts["activities"]] == [("coding", 40.0)]
    assert "parser.py" in story["markdown"]
    all_told = json.dumps([rows, found, session, facts, story])
    assert "diary" not in all_told
    assert "/films" not in all_told


async def test_what_cannot_be_done_is_one_sentence(program: Program) -> None:
    async with connected(program) as client:
        for tool, arguments in (
            ("show_session", {"recording": "ffffffff"}), ("get_summary", {"recording": ID, "format": "poem"}),
            ("list_recordings", {"after": "yesterday"}), ("get_facts", {"first": "2026-11-20", "last": "2026-11-19"}),
            ("tell_days", {"first": "1999-01-01"}), ("relabel", {"recording": ID, "segment_id": "s1", "activity": "x"}),
        ):  # fmt: skip
            result = await client.call_tool(tool, arguments)
            assert result.is_error, tool
            text = "".join(getattr(part, "text", "") for part in result.content)
            assert "Traceback" not in text
            assert text.count("\n") == 0
        assert (await answer(client, "search", query='NEAR( " *'))["hits"] == []


async def test_edits_need_leave_last_and_can_be_undone(program: Program) -> None:
    async with connected(program, "--allow-edits", "--personal") as client:
        assert {tool.name for tool in (await client.list_tools()).tools} == READING | EDITING
        first = (await answer(client, "show_session", recording=ID))["segments"][0]["id"]
        relabelled = await answer(client, "relabel", recording=ID, segment_id=first, activity="planning")
        assert relabelled["segments"][0]["activity"] == "planning"
        retitled = await answer(client, "retitle", recording=ID, segment_id=first, title="the plan")
        assert retitled["segments"][0]["title"] == "the plan"
        undone = await answer(client, "undo", recording=ID)
        assert undone["segments"][0]["title"] == "parser.py"
        assert undone["segments"][1]["title"] == "my diary"
        card = await answer(client, "regenerate_summary", recording=ID)
        assert not card["stale"]
        assert (await answer(client, "get_summary", recording=ID))["markdown"] == card["markdown"]
    shown = program("show", ID)
    assert "planning" in shown.stdout


async def test_an_agents_words_are_cleaned_and_bounded_before_they_are_kept(program: Program) -> None:
    async with connected(program, "--allow-edits") as client:
        first = (await answer(client, "show_session", recording=ID))["segments"][0]["id"]
        told = await answer(client, "retitle", recording=ID, segment_id=first, title="\x1b[31mred\u202e\nline " + "x" * 100_000)
        title = told["segments"][0]["title"]
        assert title.startswith("[31mred line xxx")
        assert len(title) == 500
        for tool, arguments in (
            ("retitle", {"recording": ID, "segment_id": first, "title": "\x1b \n"}), ("get_facts", {"first": "0001-01-01"}),
            ("tell_days", {"first": "9999-12-31"}), ("get_facts", {"first": "2026-11-20", "last": "9999-12-31"}),
        ):  # fmt: skip
            result = await client.call_tool(tool, arguments)
            text = "".join(getattr(part, "text", "") for part in result.content)
            assert result.is_error, tool
            assert text.endswith("."), text


async def test_an_agent_cannot_take_a_mark_as_personal_back(program: Program) -> None:
    async with connected(program, "--allow-edits") as client:
        refused = await client.call_tool("undo", {"recording": ID})
        assert refused.is_error
        assert "only the owner" in str(refused.content)
        first = (await answer(client, "show_session", recording=ID))["segments"][0]["id"]
        retitled = await answer(client, "retitle", recording=ID, segment_id=first, title="Wheels")
        assert retitled["segments"][0]["title"] == "Wheels"
        undone = await answer(client, "undo", recording=ID)
        assert undone["segments"][0]["title"] == "parser.py"


async def test_a_summary_older_than_a_mark_as_personal_is_not_given_out(program: Program) -> None:
    async with connected(program, "--allow-edits") as client:
        first = (await answer(client, "show_session", recording=ID))["segments"][0]["id"]
        await answer(client, "retitle", recording=ID, segment_id=first, title="Letter to Anna")
        assert "Letter to Anna" in (await answer(client, "regenerate_summary", recording=ID))["markdown"]
        store = LibraryStore(program.home / "state" / "library.db")
        desk = desk_of(store)
        desk.edit(ID, [Assign(0, 20_000, "personal", True)], desk.open(ID).revision)
        store.close()
        result = await client.call_tool("get_summary", {"recording": ID})
        assert result.is_error
        assert "Anna" not in str(result)
        assert "Anna" not in (await answer(client, "regenerate_summary", recording=ID))["markdown"]


def test_a_reader_who_has_gone_ends_the_server_without_a_word(program: Program) -> None:
    process = subprocess.Popen(
        program.command("mcp"), env=program.environ(), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdout.close()
    asked = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}
    process.stdin.write(json.dumps({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": asked}) + "\n")
    process.stdin.close()
    assert process.stderr is not None
    assert process.stderr.read() == ""
    assert process.wait(60) == 0
