"""The agent from the command line, against an endpoint over real HTTP: cards, traces, what is kept, what fails."""

from __future__ import annotations

import json
import re

import pytest

from agent.access.scripted.replies import calls, fails, says
from agent.access.scripted.server import ScriptedEndpoint
from scorecast.agents.home import AgentHome
from scorecast.settings import Settings

pytestmark = pytest.mark.xdist_group("corpus")

QUESTION = ("forecast", "-m", "GPT-4.1", "-b", "gpqa_diamond", "--withhold", "--forecaster", "additive")
ANSWER = {
    "quantiles": {"0.05": 50, "0.5": 63, "0.95": 75},
    "reasons_for": ["its siblings score so"],
    "reasons_against": ["another \x1b[31mharness"],
    "would_change": ["a rerun"],
    "grounding": 0.8,
    "confidence": 0.6,
}
KEY = "sk-nobody-may-see-this"


def answering(asked):
    """Look something up, then submit; the probe for memory is told nothing."""
    if not asked.body.get("tools"):
        return says("unknown")
    if len(asked.body["messages"]) == 2:
        return calls("filter_records", {"benchmarks": ["gpqa_diamond"], "limit": 3})
    return calls("submit_forecast", ANSWER)


@pytest.fixture
def configured(monkeypatch):
    """Point the environment at a scripted endpoint."""

    def point(endpoint: ScriptedEndpoint) -> ScriptedEndpoint:
        monkeypatch.setenv("OPENAI_BASE_URL", endpoint.url)
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        monkeypatch.setenv("SCORECAST_MODEL", "scripted-model")
        monkeypatch.setenv("SCORECAST_MAX_RETRIES", "0")
        return endpoint

    return point


@pytest.fixture(autouse=True)
def unconfigured(monkeypatch):
    """No language model, whatever the environment of the tests says."""
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY", "SCORECAST_MODEL", "SCORECAST_MODEL_CUTOFF"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def served(configured):
    """An endpoint that answers."""
    with ScriptedEndpoint(answering) as endpoint:
        yield configured(endpoint)


def test_without_a_key_the_agent_says_so_in_one_line_and_the_statistics_stand(run) -> None:
    code, out, _ = run(*QUESTION, "--agent", "--json")
    plain = json.loads(run(*QUESTION, "--json")[1])
    told = json.loads(out)
    assert code == 0
    assert told["quantiles"] == plain["quantiles"]
    assert [c for c in told["caveats"] if "SCORECAST_MODEL" in c] == [told["caveats"][0]]
    assert not any("agent" in caveat for caveat in plain["caveats"])


def test_a_forecast_says_which_model_took_part_and_how_much_it_counted(run, served, monkeypatch) -> None:
    monkeypatch.setenv("SCORECAST_MODEL_CUTOFF", "2025-01-31")
    code, out, _ = run(*QUESTION, "--agent", "--think", "low", "--json")
    told = json.loads(out)
    assert code == 0
    assert told["method"] == "agent"
    assert told["components"][0]["name"] == "agent"
    assert told["components"][0]["median"] == 63.0
    settings = told["provenance"]["settings"]
    assert (settings["llm"], settings["mode"], settings["think"]) == ("scripted-model", "named", "low")
    assert settings["agent_share"] == 0.1
    assert settings["claims_recall"] is False
    assert settings["model_cutoff"] == "2025-01-31"
    assert settings["prompt forecaster"]
    assert KEY not in out


def test_the_card_tells_the_language_model_and_the_trace_what_was_said(run, served) -> None:
    code, out, _ = run(*QUESTION, "--agent", "--think", "low", "--trace", "--setting", "shots=0")
    assert code == 0
    assert "calls filter_records" in out
    assert out.index("what was said") < out.index("Median")
    assert "scripted-model" in out
    assert "its siblings score so" in out


def test_card_and_json_tell_what_the_language_model_said_for_and_against(run, served) -> None:
    _, out, _ = run(*QUESTION, "--agent", "--think", "low")
    said = out[out.index("The language model says:") :]
    for kind, text in (
        ("for", "its siblings score so"),
        ("against", "another [31mharness"),
        ("would change", "a rerun"),
    ):
        assert re.search(rf"{re.escape(kind)}.*{re.escape(text)}", said)
    [opinion] = json.loads(run(*QUESTION, "--agent", "--think", "low", "--json")[1])["opinions"]
    assert (opinion["framing"], opinion["speaks"], opinion["median"]) == ("base_rate", True, 63.0)
    assert opinion["would_change"] == ["a rerun"]
    assert "opinions" not in json.loads(run(*QUESTION, "--json")[1])


def test_a_rerun_is_answered_from_the_cache(run, served) -> None:
    options = (*QUESTION, "--agent", "--think", "low", "--json", "--setting", "shots=3")
    first, again = (json.loads(run(*options)[1]) for _ in range(2))
    asked = len(served.asked)
    assert first["quantiles"] == again["quantiles"]
    assert again["provenance"]["settings"]["calls"] == 0
    assert again["provenance"]["settings"]["cached_calls"] == asked == 3


def test_masked_names_do_not_leave_the_machine(run, served) -> None:
    assert run(*QUESTION, "--agent", "--think", "low", "--blind", "--setting", "shots=4")[0] == 0
    said = [message for asked in served.asked for message in asked.body["messages"] if message["role"] != "assistant"]
    sent = json.dumps(said).lower()
    assert "gpt-4.1" not in sent
    assert "gpqa" not in sent


def test_conversations_are_kept_without_the_key_and_can_be_shown(run, served, corpus_home) -> None:
    run(*QUESTION, "--agent", "--think", "low", "--setting", "shots=5")
    kept = list((corpus_home / "conversations").glob("gpqa_diamond--*.json"))
    assert kept
    assert not any(KEY in path.read_text() or "127.0.0.1" in path.read_text() for path in kept)
    code, out, _ = run("agent", "show")
    assert code == 0
    assert "scripted-model" in out
    assert "calls submit_forecast" in run("agent", "show", "gpqa diamond")[1]
    assert run("agent", "show", "no such thing anywhere")[0] == 2


def test_a_provider_that_is_down_costs_nothing_but_a_line(run, configured) -> None:
    with ScriptedEndpoint(lambda _asked: fails(500)) as endpoint:
        configured(endpoint)
        code, out, _ = run(*QUESTION, "--agent", "--json", "--setting", "shots=6")
    told = json.loads(out)
    assert code == 0
    assert told["method"] == "additive"
    assert "HTTP 500" in told["caveats"][0]


def test_a_limit_in_money_is_not_held_where_the_price_is_unknown(run, served) -> None:
    told = json.loads(run(*QUESTION, "--agent", "--max-usd", "0.01", "--json", "--setting", "shots=7")[1])
    assert "price" in told["caveats"][0]
    assert served.asked == []


def test_the_agents_weight_is_learned_from_what_was_resolved(run, served, corpus_home) -> None:
    run(*QUESTION, "--agent", "--think", "low")
    code, out, _ = run("agent", "learn", "--json")
    told = json.loads(out)
    assert code == 0
    assert told["resolved"] >= 1
    assert told["weights"][0]["llm"] == "scripted-model"
    assert AgentHome.of(Settings.from_environment()).record_file.is_file()
    settings = json.loads(run(*QUESTION, "--agent", "--think", "low", "--json")[1])
    # The only resolved cell is the asked one, which must not weigh its own forecast.
    assert settings["provenance"]["settings"]["agent_share"] == 0.1


@pytest.mark.parametrize(
    ("arguments", "says_"),
    [
        ((*QUESTION, "--think", "high"), "add --agent"),
        ((*QUESTION, "--trace"), "add --agent"),
        ((*QUESTION, "--agent", "--max-usd", "0"), "above 0"),
        ((*QUESTION, "--agent", "--think", "very"), "very"),
        (("ask", "--blind", "GPT-4.1 on GPQA diamond"), "add --agent"),
        (("bench", "cells", "-f", "agent"), "SCORECAST_MODEL"),
    ],
)
def test_what_makes_no_sense_ends_with_one_sentence_and_code_2(run, arguments, says_) -> None:
    code, out, err = run(*arguments)
    assert code == 2
    assert says_ in err
    assert "Traceback" not in out + err


def test_a_cutoff_that_is_no_date_is_told(run, monkeypatch) -> None:
    monkeypatch.setenv("SCORECAST_MODEL_CUTOFF", "last summer")
    code, _, err = run(*QUESTION, "--agent")
    assert code == 2
    assert "SCORECAST_MODEL_CUTOFF" in err
