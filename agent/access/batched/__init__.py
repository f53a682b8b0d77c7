"""Requests gathered into batches of the provider (OpenAI's Files and Batches API): slower, and for half the price."""
