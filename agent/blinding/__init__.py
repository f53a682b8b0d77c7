"""Blind mode: a question under pseudonyms, so that a language model reasons from records and not from memory."""

from agent.blinding.blinding import Blinding
from agent.blinding.kinds import Kind
from agent.blinding.numbers import about, part_of_year
from agent.blinding.unmasking import NotBlind
from agent.blinding.vocabulary import Vocabulary

__all__ = ["Blinding", "Kind", "NotBlind", "Vocabulary", "about", "part_of_year"]
