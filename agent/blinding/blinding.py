"""A blinded question: what goes to the model is masked, what comes back from it is unmasked.

In: a question and the history that it may use. Out: texts and passages under pseudonyms that hold for this question
only, and the way back for arguments of tools, cited ids and answers. Descriptions can still be recognised by what
they say: blind hides names and figures, not meaning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from agent.blinding.kinds import Kind, Named
from agent.blinding.masking import Mask
from agent.blinding.numbers import start_of_part
from agent.blinding.pseudonyms import Pseudonyms, opaque
from agent.blinding.reading import letters
from agent.blinding.unmasking import Unmasking
from agent.blinding.vocabulary import Spelled, Vocabulary, of_benchmark, of_model, of_setting
from records.history import History
from records.question import Question
from records.search import Passage


@dataclass(frozen=True, eq=False)
class Blinding:
    """Masks one question; the pseudonyms depend on the seed, the cell, the as-of date and the names, and on no score.

    Attributes:
        question: the real one.
        masking: the way out.
        unmasking: the way back.
    """

    question: Question
    masking: Mask = field(repr=False)
    unmasking: Unmasking = field(repr=False)

    @classmethod
    def of(cls, question: Question, history: History, *, seed: int, vocabulary: Vocabulary | None = None) -> Blinding:
        """Draw pseudonyms for a question.

        Args:
            question: what is asked; its model and benchmark need not be in the history.
            history: all that the question may use.
            seed: draws the codes.
            vocabulary: of this very history, where several questions share it: it takes most of the time.
        """
        own = list(_own(question, history))
        every = (vocabulary or Vocabulary.of(history)).including(own)
        told = f"{seed} {' '.join(question.cell)} {question.as_of}"
        records = {*history.records["id"].tolist(), *(record.id for record in question.known)}
        mask = Mask(
            vocabulary=every,
            pseudonyms=Pseudonyms.draw(every.things, taken=every.meant, seed=told),
            opaque=opaque(records, seed=told),
            surely=frozenset(letters(one.text) for one in own),
        )
        return cls(question, mask, Unmasking(mask, _titles(question, history)))

    def mask(self, text: str) -> str:
        """Return a text without names, links, ids of records and tell-tale numbers; masking twice changes nothing."""
        return self.masking(text)

    def mask_passage(self, passage: Passage) -> Passage:
        """Return a passage under pseudonyms: opaque ids, a coarse date, no link and no record.

        What a record's passage is about is masked even where its name reads as plain English.
        """
        own = (passage.record.model, passage.record.benchmark) if passage.record else (passage.id.partition(":")[2],)
        surely = replace(self.masking, surely=self.masking.surely.union(letters(name) for name in own))
        return Passage(
            id=self.record_id(passage.id),
            kind=passage.kind,
            text=surely(passage.text)[:4000],
            published=start_of_part(passage.published) if passage.published else None,
            source=self.name(Kind.SOURCE, passage.source) if passage.source else "",
            relevance=passage.relevance,
            merged=tuple(self.record_id(one) for one in passage.merged),
        )

    def name(self, kind: Kind, thing: str) -> str:
        """Return the pseudonym of a model, benchmark, family, organisation, source or named setting, by its id.

        Raises:
            KeyError: neither the question nor its history knows it.
        """
        return self.masking.pseudonyms.of_thing[Named(kind, thing)]

    def record_id(self, known: str) -> str:
        """Return the opaque id of a record, ``R12``; ids of other passages are masked as texts are."""
        return self.masking.opaque.get(known) or self._about(known)

    def unmask_id(self, shown: str) -> str:
        """Return the id that an opaque one stands for.

        Raises:
            NotBlind: nothing is shown under it.
        """
        return self.unmasking.record_id(shown)

    def unmask_arguments(self, arguments: Mapping[str, object]) -> dict[str, object]:
        """Return the arguments of a tool with real ids; pseudonyms within a longer text become names.

        Raises:
            NotBlind: a pseudonym or id that stands for nothing, or a real name.
        """
        return self.unmasking.arguments(arguments)

    def unmask_text(self, text: str) -> str:
        """Return a text for people with real names; what stands for nothing stays as it is."""
        return str(self.unmasking.answer({"text": text})["text"])

    def unmask_answer(self, answer: Mapping[str, object]) -> dict[str, object]:
        """Return a final answer with real ids and names; what stands for nothing stays as it is."""
        return self.unmasking.answer(answer)

    def _about(self, known: str) -> str:
        kind, _, thing = known.partition(":")
        named = Named(Kind(kind.capitalize()), thing) if kind in {"model", "benchmark"} else None
        found = self.masking.pseudonyms.of_thing.get(named) if named else None
        return f"{kind}:{found}" if found else self.mask(known)


def _own(question: Question, history: History) -> Iterator[Spelled]:
    """Names of the asked cell and of all that gives it away: kin of the model, relatives of the benchmark, settings."""
    yield from of_model(question.model)
    yield from of_benchmark(question.benchmark)
    for setting in (question.setting, *(record.setting for record in question.known)):
        yield from of_setting(setting)
    for key in sorted(history.kinship.kin(question.model) & history.models.keys()):
        yield from of_model(history.models[key])
    for key in sorted(history.kinship.relatives(question.benchmark) & history.benchmarks.keys()):
        yield from of_benchmark(history.benchmarks[key])


def _titles(question: Question, history: History) -> dict[Named, str]:
    models = {Named(Kind.MODEL, m.id): m.name for m in (*history.models.values(), question.model)}
    return models | {Named(Kind.BENCHMARK, b.id): b.name for b in (*history.benchmarks.values(), question.benchmark)}
