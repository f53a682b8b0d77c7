"""How to reach a language model is read from the environment once, and what is missing is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.errors import NotConfigured
from records.errors import UsageError
from scorecast.settings import Settings, access_from_environment

HOME = Path("home")
LEAST = {"SCORECAST_MODEL": "m", "OPENAI_API_KEY": "sk-secret"}


def test_model_and_key_are_enough():
    settings = access_from_environment(HOME, LEAST)
    assert (settings.model, settings.base_url, settings.api_key) == ("m", "https://api.openai.com/v1", "sk-secret")
    assert (settings.cache, settings.prices) == (HOME / "replies.db", HOME / "prices.csv")
    assert "sk-secret" not in repr(settings)


def test_a_local_endpoint_needs_no_key():
    told = {"SCORECAST_MODEL": "m", "OPENAI_BASE_URL": " http://127.0.0.1:8000/v1 "}
    settings = access_from_environment(HOME, told)
    assert (settings.base_url, settings.api_key) == ("http://127.0.0.1:8000/v1", "")


def test_every_variable_is_read():
    told = LEAST | {
        "SCORECAST_TIMEOUT_SECONDS": "7.5",
        "SCORECAST_MAX_RETRIES": "0",
        "SCORECAST_MAX_IN_FLIGHT": "64",
        "SCORECAST_REQUESTS_PER_MINUTE": "90",
        "SCORECAST_MAX_OUTPUT_TOKENS": "512",
        "SCORECAST_STREAM": "yes",
        "SCORECAST_PRICES": "mine.csv",
    }
    read = access_from_environment(HOME, told)
    assert (read.timeout_seconds, read.max_retries, read.max_in_flight) == (7.5, 0, 64)
    assert (read.requests_per_minute, read.max_output_tokens, read.stream) == (90, 512, True)
    assert read.prices == Path("mine.csv")


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({}, "SCORECAST_MODEL"),
        ({"OPENAI_API_KEY": "sk-secret"}, "SCORECAST_MODEL"),
        ({"SCORECAST_MODEL": "m"}, "OPENAI_API_KEY nor OPENAI_BASE_URL"),
        (LEAST | {"SCORECAST_MAX_RETRIES": "often"}, "SCORECAST_MAX_RETRIES is 'often'"),
        (LEAST | {"SCORECAST_MAX_RETRIES": "inf"}, "SCORECAST_MAX_RETRIES is 'inf'"),
        (LEAST | {"SCORECAST_MAX_IN_FLIGHT": "1.5"}, "expected a whole number"),
        (LEAST | {"SCORECAST_TIMEOUT_SECONDS": "nan"}, "SCORECAST_TIMEOUT_SECONDS is 'nan'"),
        (LEAST | {"SCORECAST_STREAM": "perhaps"}, "expected on or off"),
        (LEAST | {"OPENAI_BASE_URL": "host"}, "OPENAI_BASE_URL"),
    ],
)
def test_what_is_missing_or_wrong_is_named(told, words):
    with pytest.raises(NotConfigured, match=words):
        access_from_environment(HOME, told)


@pytest.mark.parametrize(
    ("address", "proxy"),
    [
        ("https://api.example.com/v1", "http://proxy:3128"),
        ("http://127.0.0.1:8000/v1", None),
        ("https://inner.corp/v1", None),
        ("https://corporation/v1", "http://proxy:3128"),
    ],
)
def test_the_usual_proxy_variables_hold(address, proxy):
    told = LEAST | {"HTTPS_PROXY": "http://proxy:3128", "no_proxy": "localhost,127.0.0.1,.corp"}
    assert access_from_environment(HOME, told | {"OPENAI_BASE_URL": address}).proxy == proxy


def test_a_switch_is_on_or_off_and_nothing_else():
    assert not Settings.from_environment({"SCORECAST_RECALIBRATION": "Off"}).recalibrates
    assert Settings.from_environment({"SCORECAST_RECALIBRATION": "on"}).recalibrates
    with pytest.raises(UsageError, match="'banana'; expected on or off"):
        Settings.from_environment({"SCORECAST_RECALIBRATION": "banana"})
