"""How much time model access takes of its own: ``python -m agent.access.speed``."""
