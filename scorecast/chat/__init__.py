"""The chat: plain questions in, short Markdown with forecasts out; conversations are read anew each time."""
