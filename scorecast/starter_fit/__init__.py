"""The starter fit: what rehearsals on the starter corpus taught, shipped so that a first forecast need not rehearse."""

from scorecast.starter_fit.shipped import StarterFit, shipped

__all__ = ["StarterFit", "shipped"]
