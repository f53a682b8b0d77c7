"""Benchmark runs of a service: begun by request, worked on by a process of their own, kept in the home."""
