"""The agent as a predictor: both sides enter, whatever goes wrong leaves the statistics, and no question is lost."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import re

import pytest
from langchain_core.messages import AIMessage

from agent.access.budget import Limits
from agent.effort import EFFORTS, Think
from agent.errors import NotConfigured, ProviderDown
from agent.lessons import Lesson
from agent.weighing import UNPROVEN
from eval.memory import CLAIMS, Memory
from records.errors import LeakageError, UsageError
from records.evidence import Relation
from records.forecast import Abstention, Forecast
from records.stages import Predictor


@pytest.fixture
def answers(make_agent, history, question):
    """Answer the question with these reply functions; returns the answer, and all that was remembered."""

    def answered(*replies, **fields):
        kept = []
        agent = make_agent(*replies, keep=kept.append, **fields)
        [answer] = agent.fit(history).forecast([question])
        return answer, kept

    return answered


def low(doubles, **fields):
    return doubles.script(doubles.submits(**fields))


def test_it_is_a_predictor(make_agent) -> None:
    assert isinstance(make_agent(), Predictor)


def test_without_a_track_record_the_statistics_win(answers, doubles) -> None:
    answer, _ = answers(low(doubles), think=Think.LOW)
    agent, bell = answer.components
    assert (agent.name, agent.weight) == ("agent", UNPROVEN)
    assert bell.weight == pytest.approx(1 - UNPROVEN)
    expected = UNPROVEN * 55.0 + (1 - UNPROVEN) * bell.distribution.median
    assert answer.distribution.median == pytest.approx(expected)
    assert "no track record" in answer.weighing
    assert agent.reason == "so say the records"


def test_the_forecast_says_what_it_was_made_with(answers, doubles) -> None:
    answer, _ = answers(low(doubles), think=Think.LOW)
    told = answer.provenance.settings
    assert told["llm"] == "fn"
    assert told["think"] == "low"
    assert told["draws"] == 1
    assert told["claims_recall"] is False
    assert {key for key in told if key.startswith("prompt ")} >= {"prompt forecaster", "prompt framing_base_rate"}


def test_a_model_that_remembers_the_score_is_found_out_on_the_side(answers, doubles) -> None:
    answer, [kept] = answers(low(doubles), memory="61.5", think=Think.LOW)
    assert kept.settings["claims_recall"] is True
    assert kept.settings["recalled_value"] == 61.5
    assert any("remembers this score (61.5)" in caveat for caveat in answer.caveats)


@pytest.mark.parametrize("blind", [False, True])
@pytest.mark.parametrize("value", [None, 61.5])
def test_a_claim_in_an_answer_is_told_with_the_forecast_in_both_modes(answers, doubles, blind, value) -> None:
    claims = doubles.submits(recall={"claimed": True, "value": value})
    answer, _ = answers(doubles.script(claims), think=Think.LOW, blind=blind)
    told = answer.provenance.settings
    assert told["claims_recall"] is True
    assert told["recalled_by"] == "draws"
    assert told.get("recalled_value") == value
    assert Memory.of(told).parts(None) == f"{'blind' if blind else 'named'}; {CLAIMS}"
    assert [caveat for caveat in answer.caveats if "recalls this score" in caveat]


def test_the_probe_and_the_draws_claim_together(answers, doubles) -> None:
    claims = doubles.submits(recall={"claimed": True, "value": 60.0})
    answer, _ = answers(doubles.script(claims), memory="61.5", think=Think.LOW)
    told = answer.provenance.settings
    assert (told["recalled_by"], told["recalled_value"]) == ("probe and draws", 61.5)


def test_where_no_draw_answers_blind_nothing_is_said_of_memory(answers, doubles) -> None:
    answer, _ = answers(doubles.script(AIMessage("?"), AIMessage("?")), think=Think.LOW, blind=True)
    assert "claims_recall" not in answer.provenance.settings


def test_a_blind_model_is_told_no_name_and_asked_by_none(answers, doubles, question) -> None:
    answer, [kept] = answers(low(doubles), memory="61.5", think=Think.LOW, blind=True)
    assert kept.settings["claims_recall"] is False
    said = " ".join(message.content for message in kept.opinions[0].messages)
    assert question.model.name not in said
    assert question.benchmark.id not in said
    assert "prompt blind" in answer.provenance.settings


def test_a_blind_model_that_asks_by_a_real_name_does_not_learn_its_pseudonym(answers, doubles, question) -> None:
    """An answer that named the pseudonym of what was asked by name would tell which one it is."""
    guess = doubles.script(
        doubles.calls(("describe_model", {"name": question.model.name}), ("filter_records", {"benchmarks": ["b-0"]})),
        doubles.submits(),
    )
    _, [kept] = answers(guess, think=Think.LOW, blind=True)
    results = [message.content for message in kept.opinions[0].messages if message.role == "tool"]
    assert len(results) == 2
    assert all("names are masked" in told and "Model M" not in told and "Benchmark B" not in told for told in results)


def test_draws_take_different_points_of_view_and_are_pooled(answers, doubles) -> None:
    answer, [kept] = answers(*(low(doubles) for _ in range(3)))
    assert [one.framing for one in kept.opinions] == ["base_rate", "analogues", "mechanism"]
    firsts = {one.messages[1].content for one in kept.opinions}
    assert len(firsts) == 3
    assert answer.provenance.settings["disagreement"] == 0.0


def _at(doubles, centre):
    return low(doubles, quantiles={"0.1": centre - 5, "0.5": centre, "0.9": centre + 5})


def test_where_draws_disagree_a_supervisor_looks_again_and_reconciles(answers, doubles) -> None:
    supervisor = doubles.script(
        doubles.calls(("filter_records", {"benchmarks": ["b-1"]})),
        doubles.submits(quantiles={"0.1": 41, "0.5": 44, "0.9": 52}),
    )
    answer, [kept] = answers(_at(doubles, 30), _at(doubles, 45), _at(doubles, 60), supervisor)
    assert kept.opinions[-1].framing == "supervisor"
    assert kept.agent.median == 44.0
    assert "medians lie between 30 and 60" in kept.opinions[-1].messages[1].content
    assert answer.provenance.settings["disagreement"] > 1.0


def test_a_blind_supervisor_is_told_no_name_either(answers, doubles, question) -> None:
    look = doubles.calls(("statistical_forecast", {}))
    named = {"reasons_for": [f"{question.model.name} is strong on {question.benchmark.name}"]}
    first = doubles.script(look, doubles.submits(quantiles={"0.1": 25, "0.5": 30, "0.9": 35}, **named))
    _, [kept] = answers(first, _at(doubles, 45), _at(doubles, 60), low(doubles), blind=True)
    told = kept.opinions[-1].messages[1].content
    assert kept.opinions[-1].framing == "supervisor"
    assert "is strong on" in told
    assert question.model.name not in told
    assert question.benchmark.name not in told


def test_lessons_are_told_before_anything_is_asked(answers, doubles) -> None:
    class Remembers:
        def lessons(self, question, history):
            day = dt.date(2025, 1, 1)
            return (
                Lesson(model="m-3", as_of=day, median=50.0, low=40.0, high=60.0, outcome=45.0, published=history.as_of),
            )

    _, [kept] = answers(low(doubles), memory_of=Remembers(), think=Think.LOW)
    told = kept.opinions[0].messages[1].content
    assert "as of 2025-01-01, m-3: median 50, 80 % between 40 and 60; on 2025-06-01 it came out at 45" in told


def test_where_the_supervisor_fails_the_wider_pool_of_draws_stands(answers, doubles) -> None:
    nonsense = doubles.script(AIMessage("?"), AIMessage("?"))
    answer, [kept] = answers(_at(doubles, 30), _at(doubles, 45), _at(doubles, 60), nonsense)
    assert kept.agent.standard_deviation > 10
    assert any("supervisor" in caveat for caveat in answer.caveats)


def test_a_failed_draw_is_told_and_the_others_count(answers, doubles) -> None:
    def down(_messages, _tools):
        raise ProviderDown("endpoint", "HTTP 500")

    answer, _ = answers(low(doubles), down, low(doubles))
    assert answer.components[0].distribution.median == pytest.approx(55.0)
    assert any("endpoint was asked once and failed" in caveat for caveat in answer.caveats)


def _down(_messages, _tools):
    raise ProviderDown("endpoint", "no route")


def _breaks(_messages, _tools):
    raise RuntimeError("something in a library")


def _babbles(_messages, _tools):
    return AIMessage("It depends.")


@pytest.mark.parametrize(
    ("reply", "says"), [(_down, "no route"), (_breaks, "RuntimeError"), (_babbles, "no JSON object with quantiles")]
)
def test_whatever_fails_the_statistics_stand_and_say_why(answers, reply, says, history, question, doubles) -> None:
    answer, [kept] = answers(reply)
    [statistics] = doubles.Bell(history).forecast([question])
    assert answer.distribution == statistics.distribution
    assert answer.method == "bell"
    assert says in answer.caveats[0]
    assert "stands alone" in answer.caveats[0]
    assert says in kept.failure
    assert kept.agent is None


def test_without_a_key_the_statistics_stand_and_say_why(answers) -> None:
    def none():
        raise NotConfigured("No model is named: set SCORECAST_MODEL.")

    answer, kept = answers(endpoint=none)
    assert isinstance(answer, Forecast)
    assert "No model is named" in answer.caveats[0]
    assert kept == []


def test_an_abstaining_agent_leaves_the_statistics_alone(answers, doubles, history, question) -> None:
    answer, _ = answers(low(doubles, abstain=True), think=Think.LOW)
    [statistics] = doubles.Bell(history).forecast([question])
    assert answer.distribution == statistics.distribution
    assert "abstains" in answer.caveats[0]


def test_where_the_statistics_are_silent_the_agent_speaks_alone(answers, doubles) -> None:
    class Silent(doubles.Bell):
        def forecast(self, questions):
            return [Abstention(question=q, method="bell", reason="an open scale") for q in questions]

    class Silence:
        name = "bell"

        def fit(self, history):
            return Silent(history)

    answer, _ = answers(low(doubles), statistics=Silence(), think=Think.LOW)
    assert answer.distribution.median == 55.0
    assert "an open scale" in answer.caveats[0]
    assert answer.evidence_level.benchmark_scores == 5


def test_alone_it_answers_without_the_statistics_and_abstains_where_it_fails(answers, doubles) -> None:
    answer, _ = answers(low(doubles), alone=True, think=Think.LOW)
    assert answer.distribution.median == 55.0
    failed, _ = answers(_down, alone=True, think=Think.LOW)
    assert isinstance(failed, Abstention)
    assert "no route" in failed.reason


@pytest.mark.parametrize("blind", [False, True])
def test_alone_the_model_hears_nothing_of_the_statistics(answers, doubles, blind) -> None:
    offered = []

    def asks_for_them(messages, tools):
        offered.append(tools)
        return doubles.calls(("statistical_forecast", {})) if len(messages) == 2 else doubles.submits()

    answer, [kept] = answers(asks_for_them, alone=True, blind=blind, think=Think.LOW)
    system, question, asked, refused, *_ = kept.opinions[0].messages
    assert not any("statistical_forecast" in tools for tools in offered)
    assert not any("statistic" in message.content.lower() for message in (system, question))
    assert "no tool is called" in refused.content
    assert asked.wishes[0].name == "statistical_forecast"
    assert kept.alone
    told = answer.provenance.settings
    assert (told["alone"], "prompt statistics" in told) == (True, False)


def test_with_the_statistics_the_prompt_and_the_tools_offer_them(answers, doubles) -> None:
    answer, [kept] = answers(low(doubles), think=Think.LOW)
    assert "`statistical_forecast` pools" in kept.opinions[0].messages[0].content
    assert "prompt statistics" in answer.provenance.settings
    assert not kept.alone


def test_cited_records_are_evidence_with_their_relation(answers, doubles, history) -> None:
    frame = history.records
    key = frame.loc[(frame["model"] == "m-1") & (frame["benchmark"] == "b-0"), "id"].item()
    reply = doubles.script(
        doubles.calls(("filter_records", {"models": ["m-1"], "benchmarks": ["b-0"]})),
        doubles.submits(evidence=[{"id": key, "value": 35.0, "why": "the nearest sibling"}]),
    )
    answer, _ = answers(reply, think=Think.LOW)
    [evidence] = answer.evidence
    assert (evidence.record.id, evidence.relation, evidence.why) == (key, Relation.SAME_FAMILY, "the nearest sibling")


def test_a_pseudonym_that_is_cited_is_the_record_behind_it(answers, doubles) -> None:
    def cites(messages, _tools):
        if len(messages) == 2:
            return doubles.calls(("filter_records", {"benchmarks": [named.search(messages[1].content)[0]]}))
        shown = re.search(r"\[(R\d+)\] Model M\d+ on Benchmark B\d+: (\d+)", messages[-1].content)
        return doubles.submits(evidence=[{"id": shown[1], "value": float(shown[2]), "why": "near"}])

    named = re.compile(r"Benchmark B\d+")
    answer, [kept] = answers(cites, think=Think.LOW, blind=True)
    [evidence] = answer.evidence
    assert evidence.record.benchmark == "b-0"
    assert evidence.why == "near"
    assert kept.opinions[0].flags == ()


def test_what_a_blind_model_writes_for_people_is_told_with_real_names(answers, doubles) -> None:
    def speaks(messages, _tools):
        model, benchmark = (
            re.search(rf"{kind} {kind[0]}\d+", messages[1].content)[0] for kind in ("Model", "Benchmark")
        )
        if len(messages) == 2:
            return doubles.calls(("filter_records", {"benchmarks": [benchmark]}))
        shown = re.search(r"\[(R\d+)\] Model M\d+ on", messages[-1].content)[1]
        said = f"{model} does well on {benchmark}, unlike Model M99999"
        why = [{"id": shown, "why": f"the same {benchmark}"}]
        return doubles.submits(evidence=why, reasons_for=[said], reasons_against=[said], would_change=[said])

    answer, [kept] = answers(speaks, think=Think.LOW, blind=True)
    stated = kept.opinions[0].stated
    expected = "Mo 5 does well on Be 0, unlike Model M99999"
    assert [stated.reasons_for, stated.reasons_against, stated.would_change] == [[expected]] * 3
    assert answer.components[0].reason == expected
    assert answer.evidence[0].why == "the same Be 0"
    assert "Mo 5" not in "".join(message.content for message in kept.opinions[0].messages)


def test_the_conversation_is_remembered_whole_and_holds_no_withheld_record(
    answers, doubles, everything, history
) -> None:
    look = doubles.calls(("filter_records", {"benchmarks": ["b-0"], "limit": 30}), ("describe_model", {"name": "m-5"}))
    _, [kept] = answers(doubles.script(look, doubles.submits()), think=Think.LOW)
    stored = kept.model_dump_json()
    hidden = set(everything.records["id"]) - set(history.records["id"])
    assert not any(key in stored for key in hidden)
    assert [said.role for said in kept.opinions[0].messages] == [
        "system", "user", "assistant", "tool", "tool", "assistant",
    ]  # fmt: skip
    assert type(kept).model_validate_json(stored) == kept


def test_a_model_that_obeys_hostile_notes_changes_neither_tools_nor_barrier_nor_form(
    answers, doubles, everything, history
) -> None:
    """The scripted model does all that a note tells it: it asks for the future, then answers with a bare number."""

    def obedient(messages, tools):
        if not any("IGNORE ALL PREVIOUS" in str(m.content) for m in messages[2:]):
            return doubles.calls(("filter_records", {"models": ["m-2"], "benchmarks": ["b-0"]}))
        if len(messages) < 6 and "filter_records" in tools:
            return doubles.calls(
                ("filter_records", {"benchmarks": ["b-0"], "published_to": "2030-01-01", "limit": 30}),
                ("filter_records", {"models": ["m-5"], "as_of": "2030-01-01"}),
                ("grant_access", {"all": True}),
            )
        return AIMessage("99")

    answer, [kept] = answers(obedient, think=Think.LOW)
    hidden = set(everything.records["id"]) - set(history.records["id"])
    assert not any(key in kept.model_dump_json() for key in hidden)
    assert answer.method == "bell"
    assert "no JSON object" in answer.caveats[0]


def test_a_question_that_the_history_gives_away_is_refused(make_agent, everything, question) -> None:
    with pytest.raises(LeakageError):
        make_agent().fit(everything).forecast([question.model_copy(update={"as_of": everything.as_of})])


def test_many_questions_are_answered_in_order(make_agent, doubles, history, question, everything) -> None:
    agent = make_agent(lambda _messages, _tools: doubles.submits(), think=Think.LOW)
    asked = [question.model_copy(update={"as_of": question.as_of + dt.timedelta(days=i)}) for i in range(40)]
    told = agent.fit(history).forecast(asked)
    assert [answer.question for answer in told] == asked


def test_reports_of_a_known_cell_are_told_before_anything_is_asked(make_agent, store, question, doubles) -> None:
    kept = []
    known = question.model_copy(update={"cell_known": True})
    agent = make_agent(low(doubles), keep=kept.append, think=Think.LOW)
    agent.fit(store.history(as_of=question.as_of)).forecast([known])
    assert "Reports of this very cell are public" in kept[0].opinions[0].messages[1].content


def test_a_full_disk_costs_the_conversation_and_not_the_forecast(make_agent, doubles, history, question) -> None:
    def full(_remembered):
        raise UsageError("cannot be written (No space left on device)")

    [answer] = make_agent(low(doubles), keep=full, think=Think.LOW).fit(history).forecast([question])
    assert answer.method == "agent"
    assert "No space left" in answer.caveats[-1]


@pytest.mark.parametrize("think", list(Think))
def test_every_effort_leaves_room_for_all_its_rounds(think) -> None:
    effort = EFFORTS[think]
    most = len(effort.framings) * (effort.rounds + 1) + (effort.supervisor_rounds and effort.supervisor_rounds + 1)
    assert effort.calls >= most
    assert Limits(calls=effort.calls, tokens=effort.tokens, seconds=effort.seconds)


def test_the_dial_only_goes_up() -> None:
    ordered = [dataclasses.astuple(EFFORTS[think])[1:] for think in (Think.LOW, Think.MEDIUM, Think.HIGH)]
    assert all(all(a <= b for a, b in zip(x, y, strict=True)) for x, y in itertools.pairwise(ordered))
