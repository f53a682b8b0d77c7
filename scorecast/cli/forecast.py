"""``scorecast forecast``: one forecast, asked for by options."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from scorecast.cli import own_options as own
from scorecast.cli.agent_options import Blind, MaxUsd, NoRecalibration, Think, Trace, UseAgent

Repeated = list[str]


def forecast(
    *,
    model: Annotated[
        str, typer.Option("--model", "-m", help="Name of a known model, or of your own.", show_default=False)
    ],
    benchmark: Annotated[
        str, typer.Option("--benchmark", "-b", help="Name of a known benchmark; your own see below.")
    ] = "",
    setting: Annotated[
        Repeated | None, typer.Option("--setting", "-s", help="KEY=VALUE, such as shots=5; repeatable.")
    ] = None,
    as_of: Annotated[str, typer.Option("--as-of", help="Know only what was published by this date.")] = "",
    known: Annotated[
        Repeated | None, typer.Option("--known", "-k", help="BENCHMARK=SCORE that you vouch for; repeatable.")
    ] = None,
    threshold: Annotated[
        float | None, typer.Option("--threshold", "-t", help="Give the probability of reaching this score.")
    ] = None,
    released: own.Released = "",
    params_b: own.Parameters = None,
    active_params_b: own.ActiveParameters = None,
    training_tokens_t: own.Tokens = None,
    family: own.Family = "",
    organisation: own.Organisation = "",
    reasoning: own.Reasoning = None,
    new_benchmark: own.NewBenchmark = "",
    description: own.Description = "",
    domain: own.Domain = "",
    answer_format: own.AnswerFormat = "",
    chance: own.Chance = None,
    items: own.Items = None,
    metric: own.MetricOf = None,
    lower_is_better: own.LowerIsBetter = False,
    lower: own.Lower = None,
    upper: own.Upper = None,
    benchmark_released: own.BenchmarkReleased = "",
    withhold: Annotated[
        bool, typer.Option("--withhold", help="Forecast as if the score had not been reported.")
    ] = False,
    without_source: Annotated[
        Repeated | None, typer.Option("--without-source", help="Know nothing from this source; repeatable.")
    ] = None,
    strict_dates: Annotated[
        bool, typer.Option("--strict-dates", help="Trust only reported dates and snapshots.")
    ] = False,
    forecaster: Annotated[
        str, typer.Option("--forecaster", help="Which forecaster answers; the agent is weighed against it.")
    ] = "pool",
    agent: UseAgent = False,
    think: Think = None,
    blind: Blind = False,
    max_usd: MaxUsd = None,
    trace: Trace = False,
    no_recalibration: NoRecalibration = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a card.")] = False,
) -> None:
    """Forecast one score: of a known model or your own, on a known benchmark or your own.

    scorecast forecast --model Qwen3-32B --benchmark gpqa_diamond --setting shots=0

    scorecast forecast --model my-model --known gpqa_diamond=71 --params-b 32 --released 2026-05-01 -b aime_2025

    scorecast forecast --model GPT-4.1 --new-benchmark "Loom Proofs" --description "Proofs of lemmas, graded by experts"
    """
    from scorecast.cli import session
    from scorecast.cli.agent_options import agent_options, statistics
    from scorecast.cli.output import Heard, show_replies
    from scorecast.ledger.issuing import issued
    from scorecast.questions.own_benchmark import Kind, OwnBenchmark
    from scorecast.questions.planned import OwnModel, check_sources, check_threshold, plan

    agent = agent or forecaster == "agent"
    options = agent_options(agent=agent, think=think, blind=blind, max_usd=max_usd, trace=trace)
    heard = Heard(shown=trace, as_json=json)
    own_model = OwnModel(
        released=_day(released, "--released"),
        params_b=params_b,
        active_params_b=active_params_b,
        training_tokens_t=training_tokens_t,
        family=family,
        organisation=organisation,
        reasoning=reasoning,
    )
    name, described = own.benchmark_asked(
        benchmark,
        new_benchmark,
        OwnBenchmark(
            description=description,
            domain=domain,
            answer_format=answer_format,
            chance=chance,
            items=items,
            metric=Kind(metric.value) if metric else None,
            lower_is_better=lower_is_better,
            lower=lower,
            upper=upper,
            released=_day(benchmark_released, "--benchmark-released"),
        ),
    )
    with session.workspace(quiet=json) as workspace:
        catalogue = workspace.store.catalogue()
        question = plan(
            catalogue,
            model=model,
            benchmark=name,
            as_of=_day(as_of, "--as-of") or session.today(),
            today=session.today(),
            own=own_model,
            described=described,
            known=known or (),
            setting=setting or (),
            withhold=withhold,
        )
        if threshold is not None:
            check_threshold(threshold, question.benchmark)
        pipeline = workspace.pipeline(
            statistics(forecaster), agent=options, heard=heard, recalibrates=not no_recalibration
        )
        reply = pipeline.forecast(
            question,
            strict_dates=strict_dates,
            without_sources=check_sources(catalogue, without_source or ()),
        )
        replies = issued([reply], workspace.store.ledger, now=session.now(), tell=session.tell)
    heard.show()
    show_replies(heard.onto(replies), threshold=threshold, as_json=json)


def _day(text: str, option: str) -> dt.date | None:
    from scorecast.cli.session import parse_date

    return parse_date(text, option) if text else None
