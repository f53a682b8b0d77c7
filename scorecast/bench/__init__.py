"""Measurements as a user asks for them."""
