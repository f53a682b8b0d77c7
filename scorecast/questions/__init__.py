"""What options and tables ask: questions of known names, and of models and benchmarks of one's own."""
