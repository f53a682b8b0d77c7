"""``scorecast ask``: a plain question, answered with a card."""

from __future__ import annotations

from typing import Annotated

import typer

from scorecast.cli.agent_options import Blind, MaxUsd, NoRecalibration, Think, Trace, UseAgent

OWN_MODEL = (
    "One of your own, or too new to be listed: scorecast forecast --model NAME --known BENCHMARK=SCORE -b BENCHMARK"
)
OWN_BENCHMARK = 'One of your own: scorecast forecast -m MODEL --new-benchmark NAME --description "what it asks"'


def ask(
    question: Annotated[
        list[str], typer.Argument(help="A plain question, with or without quotes.", show_default=False)
    ],
    *,
    as_of: Annotated[str, typer.Option("--as-of", help="Know only what was published by this date.")] = "",
    withhold: Annotated[
        bool, typer.Option("--withhold", help="Forecast as if the score had not been reported.")
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
    """Answer a plain question about a score, a threshold or a comparison, by matching names.

    Where names do not do, a language model that is configured (SCORECAST_MODEL) reads the question, once.

    scorecast ask "What will Qwen3-32B score on GPQA diamond?"

    scorecast ask "Will Claude Opus 4.5 pass 60 % on SWE-bench Verified?"

    scorecast ask "Does DeepSeek-R1 beat o1 on AIME 2024?"

    scorecast ask "Compare GPT-4.1, o3 and Qwen3-32B on AIME 2025"

    scorecast ask --agent --think high --trace "What will GPT-4.1 score on GPQA diamond?"
    """
    from records.errors import UnknownName, UsageError
    from records.question import Question
    from scorecast.agents.reading import model_reader
    from scorecast.chat.asking import understand
    from scorecast.cli import session
    from scorecast.cli.agent_options import agent_options, statistics
    from scorecast.cli.output import Heard, show_replies
    from scorecast.ledger.issuing import issued
    from scorecast.library.together import answered_together
    from scorecast.questions.planned import at_effort

    agent = agent or forecaster == "agent"
    options = agent_options(agent=agent, think=think, blind=blind, max_usd=max_usd, trace=trace)
    heard = Heard(shown=trace, as_json=json)
    with session.workspace(quiet=json) as workspace:
        catalogue = workspace.store.catalogue()
        reader = model_reader(workspace.settings, tell=session.tell)
        try:
            asked = understand(" ".join(question), catalogue, today=session.today(), reader=reader)
        except UnknownName as unknown:
            raise UsageError(f"{unknown} {OWN_MODEL if unknown.kind == 'model' else OWN_BENCHMARK}") from None
        if asked.read_as:
            session.tell(asked.read_as)
        told = session.parse_date(as_of, "--as-of") if as_of else None
        if told and asked.as_of and told != asked.as_of:
            raise UsageError(f"The question says as of {asked.as_of}, --as-of says {told}: leave one of them out.")
        date = told or asked.as_of or session.today()
        if date > session.today():
            raise UsageError(f"The as-of date {date} lies in the future; today is {session.today()}.")
        pipeline = workspace.pipeline(
            statistics(forecaster), agent=options, heard=heard, recalibrates=not no_recalibration
        )
        questions = [
            Question(
                model=at_effort(catalogue, model, asked.setting.effort),
                benchmark=benchmark,
                setting=asked.setting,
                as_of=date,
                cell_known=not (withhold or asked.withhold),
            )
            for model in asked.models
            for benchmark in asked.benchmarks
        ]
        made = answered_together(pipeline, questions)
        replies = issued(made, workspace.store.ledger, now=session.now(), tell=session.tell)
    heard.show()
    show_replies(heard.onto(replies), threshold=asked.threshold, as_json=json)
