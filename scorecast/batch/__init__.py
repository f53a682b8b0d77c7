"""Batch jobs: from a plan of many experiments to forecasts of all of them, with nothing lost and nothing paid twice."""
