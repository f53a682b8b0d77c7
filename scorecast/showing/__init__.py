"""Replies as people and programs read them."""
