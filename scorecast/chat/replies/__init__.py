"""Replies: what is said back, as short Markdown."""
