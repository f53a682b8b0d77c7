"""Many questions at once: those that may know the same are answered from one history and one fit."""

from __future__ import annotations

import time
from collections.abc import Hashable, Sequence

from records.exclusion import Exclusion
from records.question import Question
from records.reports import reports
from scorecast.pipeline import Pipeline, Reply


def answered_together(pipeline: Pipeline, questions: Sequence[Question]) -> list[Reply]:
    """Answer all questions, in order.

    Questions of one date that withhold their scores withhold them from one another too: one history shows none of
    what is asked.

    Raises:
        LeakageError: a known score of one question gives a withheld one away.
        NotEnoughRecords: a history holds nothing to learn from.
    """
    groups: dict[Hashable, list[int]] = {}
    for place, question in enumerate(questions):
        groups.setdefault((question.as_of, question.cell_known), []).append(place)
    replies: dict[int, Reply] = {}
    for places in groups.values():
        answers = _answered(pipeline, [questions[place] for place in places])
        replies |= dict(zip(places, answers, strict=True))
    return [replies[place] for place in range(len(questions))]


def _answered(pipeline: Pipeline, group: Sequence[Question]) -> list[Reply]:
    """Answer questions of one date that all may, or all may not, know reports of their cells."""
    started = time.perf_counter()
    known = group[0].cell_known
    cells = frozenset() if known else frozenset(question.cell for question in group)
    history = pipeline.source.history(as_of=group[0].as_of, exclude=Exclusion(cells=cells))
    answers = pipeline.predictor.fit(history).forecast(group)
    seconds = round((time.perf_counter() - started) / len(group), 4)
    return [
        Reply(
            answer=pipeline.completed(answer, history, seconds=seconds),
            already_reported=reports(history, answer.question) if known else (),
            withheld=history.refused.get("withheld cell or sibling", 0),
        )
        for answer in answers
    ]
