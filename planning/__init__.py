"""Which experiments to run: subsets of benchmarks from which the rest is recovered, and the next cells to measure."""
