"""Batches on a Ray cluster: the one room that knows Ray. Nothing here loads it before a cluster is asked for."""
