"""Sums over cells, by their models or by their benchmarks, of what the other side of each cell has.

Every round of fitting takes such sums. What is summed is laid out once for each member of the other side, not once for
each cell, and the sums are one product with a sparse matrix.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from predictors.models import Ints
from records.metric import Floats


def weighted_sums(group: Ints, weight: Floats, values: Floats, *, at: Ints, groups: int) -> Floats:
    """Sum weights times values by group.

    Args:
        group: of each of c cells, 0 to ``groups`` - 1.
        weight: of each cell, shape ``(c,)``.
        values: of the members of the other side, shape ``(n, ...)``.
        at: the member of the other side that each cell belongs to, shape ``(c,)``.
        groups: how many there are.

    Returns:
        An array of shape ``(groups, ...)``.
    """
    table = sparse.csr_matrix((weight, (group, at)), shape=(groups, len(values)))
    return np.asarray(table @ values.reshape(len(values), -1)).reshape(groups, *values.shape[1:])
