"""Sums over cells, by their models or by their benchmarks, of what the other side of each cell has.

Every round of fitting takes such sums. What is summed is laid out once for each member of the other side, not once for
each cell, and the sums are one product with a sparse matrix whose pattern is worked out once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from predictors.models import Ints
from records.metric import Floats


@dataclass(frozen=True, eq=False)
class Grouping:
    """Cells by one side.

    Attributes:
        group: of each of c cells, 0 to ``groups`` - 1.
        at: the member of the other side that each cell belongs to, shape ``(c,)``.
        groups: how many there are.
    """

    group: Ints
    at: Ints
    groups: int

    def sums(self, weight: Floats, values: Floats) -> Floats:
        """Sum weights of cells ``(c,)`` times values of members of the other side ``(n, ...)``, ``(groups, ...)``."""
        order, start = self._pattern
        shape = self.groups, len(values)
        table = sparse.csr_matrix((weight[order], self.at[order], start), shape=shape)
        return np.asarray(table @ values.reshape(len(values), -1)).reshape(self.groups, *values.shape[1:])

    @cached_property
    def _pattern(self) -> tuple[Ints, Ints]:
        """Order of the cells by group, and where each group starts."""
        count = np.bincount(self.group, minlength=self.groups)
        return np.argsort(self.group, kind="stable"), np.append(0, np.cumsum(count))
