"""Choosing what to run, as every adapter asks for it."""
