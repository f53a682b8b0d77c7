"""Batches of statistics on several processes of this machine."""
