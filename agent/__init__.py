"""The language-model forecaster: tools, bounded loop, answers, ensemble, supervisor, model access."""
