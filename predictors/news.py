"""What is visible of asked rows beyond the training cells.

In: training cells, and the visible cells of the rows that are asked about. Out: ``News``: scores of models that
training has not seen, scores that askers bring along, and what better measurement adds to known cells.
"""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np

from predictors.asked import find
from predictors.cells import Cells
from predictors.models import Ints, codes
from records.metric import Floats

LEAST_PRECISION = 1e-6
"""Share of its precision that a known cell must add to be news."""


class News(NamedTuple):
    """Cells that training has not seen, or seen measured worse: coordinates, values, noise variances."""

    row: Ints
    column: Ints
    value: Floats
    noise: Floats

    @classmethod
    def of(cls, cells: Cells, visible: Cells) -> Self:
        """Take from the visible cells what the training cells tell."""
        known_row = codes(visible.models.ids, cells.models.ids)[visible.row]
        inside = (known_row >= 0) & (visible.column < len(cells.benchmarks))
        place = np.where(inside, find(cells, known_row, visible.column), -1)
        precision, moment = 1.0 / visible.noise, visible.value / visible.noise
        known = place >= 0
        precision[known] -= 1.0 / cells.noise[place[known]]
        moment[known] -= cells.value[place[known]] / cells.noise[place[known]]
        more = precision > LEAST_PRECISION / visible.noise
        return cls(visible.row[more], visible.column[more], moment[more] / precision[more], 1.0 / precision[more])
