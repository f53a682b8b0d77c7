"""``scorecast forecast``: one forecast, asked for by options."""

from __future__ import annotations

from typing import Annotated

import typer

from scorecast.cli.agent_options import Blind, MaxUsd, Think, Trace, UseAgent

Repeated = list[str]


def forecast(
    *,
    model: Annotated[
        str, typer.Option("--model", "-m", help="Name of a known model, or of your own.", show_default=False)
    ],
    benchmark: Annotated[str, typer.Option("--benchmark", "-b", help="Name of a benchmark.", show_default=False)],
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
    released: Annotated[str, typer.Option("--released", help="Own model: release date.")] = "",
    params_b: Annotated[float | None, typer.Option("--params-b", help="Own model: parameters, in billions.")] = None,
    active_params_b: Annotated[
        float | None, typer.Option("--active-params-b", help="Own model: active parameters, in billions.")
    ] = None,
    training_tokens_t: Annotated[
        float | None, typer.Option("--tokens-t", help="Own model: training tokens, in trillions.")
    ] = None,
    family: Annotated[str, typer.Option("--family", help="Own model: family, such as qwen3.")] = "",
    organisation: Annotated[str, typer.Option("--organisation", help="Own model: who makes it.")] = "",
    reasoning: Annotated[
        bool | None, typer.Option("--reasoning/--no-reasoning", help="Own model: whether it thinks at length.")
    ] = None,
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
    json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a card.")] = False,
) -> None:
    """Forecast one score, for a known model or for one of your own.

    scorecast forecast --model Qwen3-32B --benchmark gpqa_diamond --setting shots=0

    scorecast forecast --model my-model --known gpqa_diamond=71 --params-b 32 --released 2026-05-01 -b aime_2025
    """
    from scorecast.asking import check_threshold
    from scorecast.cli import session
    from scorecast.cli.agent_options import agent_options, statistics
    from scorecast.cli.output import Heard, show_replies
    from scorecast.planned import OwnModel, check_sources, plan

    agent = agent or forecaster == "agent"
    options = agent_options(agent=agent, think=think, blind=blind, max_usd=max_usd, trace=trace)
    heard = Heard(shown=trace, as_json=json)
    own = OwnModel(
        released=session.parse_date(released, "--released") if released else None,
        params_b=params_b,
        active_params_b=active_params_b,
        training_tokens_t=training_tokens_t,
        family=family,
        organisation=organisation,
        reasoning=reasoning,
    )
    with session.workspace(quiet=json) as workspace:
        catalogue = workspace.store.catalogue()
        question = plan(
            catalogue,
            model=model,
            benchmark=benchmark,
            as_of=session.parse_date(as_of, "--as-of") if as_of else session.today(),
            today=session.today(),
            own=own,
            known=known or (),
            setting=setting or (),
            withhold=withhold,
        )
        if threshold is not None:
            check_threshold(threshold, question.benchmark)
        reply = workspace.pipeline(statistics(forecaster), agent=options, heard=heard).forecast(
            question,
            strict_dates=strict_dates,
            without_sources=check_sources(catalogue, without_source or ()),
        )
    heard.show()
    show_replies([reply], threshold=threshold, as_json=json)
