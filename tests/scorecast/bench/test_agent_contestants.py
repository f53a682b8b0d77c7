"""Agents under test: by name, in any process, anew whenever their answers may turn out otherwise."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import pickle

import pytest

from agent.access.scripted.replies import calls, says
from agent.access.scripted.server import ScriptedEndpoint
from agent.access.settings import AccessSettings
from agent.effort import Think
from agent.errors import NotConfigured
from records.errors import UsageError
from records.forecast import Forecast
from records.history import Exclusion
from records.question import Question
from scorecast.agents.home import AgentHome
from scorecast.bench.agent_contestants import AGENTS, Agents
from scorecast.bench.contestants import contestants
from scorecast.settings import Settings

TODAY = dt.date(2025, 6, 1)


@pytest.fixture(scope="module")
def endpoint():
    """An endpoint that submits the same forecast again and again."""
    told = {"quantiles": {"0.05": 40, "0.5": 52, "0.95": 70}, "grounding": 0.9, "confidence": 0.9}

    def answer(asked):
        return calls("submit_forecast", told) if asked.body.get("tools") else says("unknown")

    with ScriptedEndpoint(answer) as served:
        yield served


@pytest.fixture
def agents(endpoint, tmp_path):
    """Agents in a home of their own."""
    settings = Settings(home=tmp_path, database_url=f"sqlite:///{tmp_path / 'scorecast.db'}")
    access = AccessSettings(model="scripted", base_url=endpoint.url, cache=tmp_path / "replies.db")
    return Agents(settings, AgentHome(tmp_path, access), think=Think.LOW)


@pytest.fixture
def question(models, benchmarks):
    """What will Qwen3 32B score on GPQA Diamond?"""
    return Question(model=models[0], benchmark=benchmarks[0], as_of=TODAY)


def test_an_agent_answers_the_questions_of_a_fold_in_whichever_process(agents, store, question, tmp_path) -> None:
    travelled = pickle.loads(pickle.dumps(agents.contestant("agent-alone", "1", None)))
    history = store.history(as_of=TODAY, exclude=Exclusion(cells=frozenset({question.cell})))
    [answer] = travelled.fit(history, fold="one").forecast([question])
    assert isinstance(answer, Forecast)
    assert answer.distribution.median == 52.0
    assert answer.provenance.history == history.fingerprint
    assert list((tmp_path / "conversations").glob("gpqa_diamond--*.json"))


@pytest.mark.parametrize(("name", "mode"), AGENTS.items())
def test_each_name_stands_for_its_mode(agents, name, mode) -> None:
    made = agents.contestant(name, "1", None)
    assert (made.name, (made.options.blind, made.options.alone)) == (name, mode)


@pytest.mark.parametrize("name", AGENTS)
def test_the_statistics_are_offered_to_agents_that_are_pooled_with_them_alone(
    agents, endpoint, store, question, name
) -> None:
    history = store.history(as_of=TODAY, exclude=Exclusion(cells=frozenset({question.cell})))
    before = len(endpoint.asked)
    agents.contestant(name, "1", None).fit(history, fold="one").forecast([question])
    asked = [one.body for one in endpoint.asked[before:] if one.body.get("tools")]
    offered = ["statistical_forecast" in json.dumps(body) for body in asked]
    assert offered == [not AGENTS[name][1]]


def test_another_model_dial_limit_mode_or_record_is_another_version(agents) -> None:
    access = agents.home.access
    others = [
        dataclasses.replace(agents, think=Think.HIGH),
        dataclasses.replace(agents, usd=1.0),
        dataclasses.replace(agents, home=AgentHome(agents.home.home, dataclasses.replace(access, model="other"))),
    ]
    versions = [one.contestant("agent", "1", None).version for one in (agents, *others)]
    versions.append(agents.contestant("agent-blind", "1", None).version)
    versions.append(agents.contestant("agent", "2", None).version)
    agents.home.record_file.write_text("{}")
    versions.append(agents.contestant("agent", "1", None).version)
    assert len(set(versions)) == len(versions)


def test_without_a_language_model_an_agent_cannot_be_judged_and_nobody_else_minds(agents, tmp_path) -> None:
    none = dataclasses.replace(agents, home=AgentHome(tmp_path, NotConfigured("set SCORECAST_MODEL")))
    with pytest.raises(UsageError, match="agent-blind: set SCORECAST_MODEL"):
        contestants(["agent-blind"], folder=tmp_path, agents=none)
    assert contestants(["climatology"], folder=tmp_path, agents=none)


def test_agents_stand_in_a_table_beside_the_baselines(agents, tmp_path) -> None:
    names = [one.name for one in contestants(["agent", "agent-alone"], folder=tmp_path, agents=agents)]
    assert names == ["climatology", "additive", "low-rank", "agent", "agent-alone"]
