"""Forecasts are entered, resolved and scored."""
