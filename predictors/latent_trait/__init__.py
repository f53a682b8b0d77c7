"""``latent-trait``: abilities of models against the curves of benchmarks, a hierarchical item response model."""

from predictors.latent_trait.method import LatentTrait

__all__ = ["LatentTrait"]
