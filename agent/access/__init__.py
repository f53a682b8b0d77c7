"""Model access: one OpenAI-compatible endpoint, with budget, cache, retries, accounting and a log of what was said."""
