"""Agents of the user's home."""
