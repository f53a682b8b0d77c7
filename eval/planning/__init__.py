"""Choices of experiments, judged out of sample."""
