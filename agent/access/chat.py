"""The chat model that LangChain sees: ChatOpenAI for messages and tools, our own line to the endpoint for the call.

ChatOpenAI turns messages into the body of a request and a reply into messages; the call between goes over a ``Line``,
which knows budget, cache and retries. So no request leaves past the accounts, none goes to the Responses API whatever
the model is called, and no client is bound to the event loop of a caller. Replies are given whole: one that breaks
off in the middle is asked anew, which cannot be done with words already handed out.

Imports LangChain (1.6 seconds): load it where it is needed.
"""

from __future__ import annotations

import json
from typing import Any, Protocol

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatResult
from langchain_core.utils.function_calling import convert_to_openai_function
from langchain_openai import ChatOpenAI
from pydantic import PrivateAttr, SecretStr

from agent.access.completion import Body

KEY_ELSEWHERE = SecretStr("held by the endpoint")
NO_CLIENT = object()


class Answer(Protocol):
    """What a line brings back."""

    @property
    def body(self) -> Body:
        """The ``chat.completion`` object."""
        ...

    @property
    def facts(self) -> dict[str, object]:
        """What is to be known about it: ``cached``, ``usd``, ``attempts``."""
        ...


class Line(Protocol):
    """Asks an endpoint under one budget."""

    def ask(self, body: Body) -> Answer:
        """Ask and wait."""
        ...

    async def ask_async(self, body: Body) -> Answer:
        """Ask from any event loop."""
        ...


class LineChat(ChatOpenAI):
    """ChatOpenAI whose calls go over a ``Line``."""

    _line: Line = PrivateAttr()

    @classmethod
    def of(
        cls, *, model: str, base_url: str, max_output_tokens: int, temperature: float | None, seed: int | None
    ) -> LineChat:
        """Return a chat model that has no line yet."""
        chat = cls(
            model=model,
            base_url=base_url,
            api_key=KEY_ELSEWHERE,
            max_completion_tokens=max_output_tokens,
            temperature=temperature,
            seed=seed,
            use_responses_api=False,
            stream_usage=True,
            disable_streaming=True,
            max_retries=0,
            cache=False,
            client=NO_CLIENT,  # never called: they keep ChatOpenAI from making clients of its own
            async_client=NO_CLIENT,
        )
        getattr(chat, "_serialized", None)  # LangChain tells tracers of it in every call: told once, copies have it
        return chat

    def on(self, line: Line) -> LineChat:
        """Return the same for one line."""
        chat = self.model_copy()
        chat._line = line  # noqa: SLF001 - a copy of its own
        return chat

    @property
    def line(self) -> Line:
        """The line that its calls go over."""
        return self._line

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002
        **kwargs: Any,  # noqa: ANN401 - LangChain's own signature
    ) -> ChatResult:
        body = self._body(messages, stop=stop, **kwargs)
        return self._result(self.line.ask(body), asked=body)

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,  # noqa: ARG002
        **kwargs: Any,  # noqa: ANN401 - LangChain's own signature
    ) -> ChatResult:
        body = self._body(messages, stop=stop, **kwargs)
        return self._result(await self.line.ask_async(body), asked=body)

    def _body(
        self,
        messages: list[BaseMessage],
        *,
        stop: list[str] | None,
        **kwargs: Any,  # noqa: ANN401
    ) -> Body:
        """Return the request; a class that the reply shall have is told as its schema."""
        body = self._get_request_payload(messages, stop=stop, **kwargs)
        if isinstance(wanted := body.get("response_format"), type):
            schema = convert_to_openai_function(wanted, strict=True)
            schema["schema"] = schema.pop("parameters")
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        return body

    def _result(self, answer: Answer, *, asked: Body) -> ChatResult:
        result = self._create_chat_result(answer.body, {"scorecast": answer.facts})
        for generation in result.generations if "response_format" in asked else ():
            if (parsed := _json_object(generation.message.content)) is not None:
                generation.message.additional_kwargs["parsed"] = parsed  # where LangChain's parsers look for it
        return result


def _json_object(content: object) -> dict[str, object] | None:
    """Return the JSON object that a content is, or None."""
    if not isinstance(content, str) or not content.startswith("{"):
        return None
    try:
        found = json.loads(content)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
