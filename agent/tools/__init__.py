"""What the model can do: look things up, ask the statistics, calculate. All on the history of one question."""
