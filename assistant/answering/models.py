"""The chat model that the settings name."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from assistant.answering.background import BACKGROUND
from assistant.answering.calls import Limits
from assistant.errors import MissingExtra, UsageError
from assistant.settings import Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

CLOSING = 5.0  # seconds

# What people write before the colon: LangChain's name, its package, and the extra that installs it.
PROVIDERS = {
    "openai": ("openai", "langchain_openai", ""),
    "ollama": ("ollama", "langchain_ollama", "ollama"),
    "anthropic": ("anthropic", "langchain_anthropic", "anthropic"),
    "google": ("google_genai", "langchain_google_genai", "google"),
    "google_genai": ("google_genai", "langchain_google_genai", "google"),
}


def limits_of(settings: Settings) -> Limits:
    """Return the limits of a reply: the whole answer's is set, the others are parts of it."""
    usual = Limits()
    return Limits(
        connect=min(usual.connect, settings.chat_timeout),
        first=min(usual.first, settings.chat_timeout),
        silence=min(usual.silence, settings.chat_timeout),
        total=settings.chat_timeout,
    )


def chat_model(settings: Settings) -> BaseChatModel:
    """Make the chat model.

    Raises:
        MissingExtra: the provider's package is not installed.
        UsageError: the provider is not known, or its settings cannot be used.
    """
    from langchain.chat_models import init_chat_model

    provider, name = _named(settings)
    _, package, extra = PROVIDERS[provider]
    if find_spec(package) is None:
        raise MissingExtra(f"The chat model {settings.chat_model}", extra)
    try:
        model: BaseChatModel = init_chat_model(
            name, model_provider=PROVIDERS[provider][0], **_options(provider, settings, limits_of(settings))
        )
    except Exception as error:
        raise UsageError(
            f"The chat model {settings.chat_model} cannot be used: {str(error).splitlines()[0]}",
            "See ASSISTANT_CHAT_MODEL, ASSISTANT_CHAT_API_KEY and ASSISTANT_CHAT_BASE_URL.",
        ) from error
    return model


def close_model(model: BaseChatModel) -> None:
    """Close the connections that a model keeps open, where its client is ours."""
    client = getattr(model, "http_async_client", None)
    if client is not None:
        BACKGROUND.submit(client.aclose()).result(CLOSING)


def _named(settings: Settings) -> tuple[str, str]:
    """Return provider and name; a server's model may have a colon in its name ("qwen3:8b")."""
    provider, colon, name = settings.chat_model.partition(":")
    if colon and provider in PROVIDERS and name:
        return provider, name
    if settings.chat_base_url:
        return "openai", settings.chat_model
    known = ", ".join(sorted(PROVIDERS))
    raise UsageError(
        f"ASSISTANT_CHAT_MODEL={settings.chat_model} names no known provider.",
        f"Write provider:model, with one of {known}, or set ASSISTANT_CHAT_BASE_URL too.",
    )


def _options(provider: str, settings: Settings, limits: Limits) -> dict[str, Any]:
    key = settings.chat_api_key.get_secret_value()
    named = {"base_url": settings.chat_base_url} if settings.chat_base_url else {}
    if provider == "openai":
        return _openai_options(settings, limits) | named
    if provider == "ollama":
        # Ollama cuts what exceeds num_ctx without a word.
        return {
            **named,
            "num_ctx": settings.chat_window,
            "client_kwargs": {"timeout": limits.total},
            "temperature": 0,
        }
    return {**named, "timeout": limits.total, "max_retries": 0, **({"api_key": key} if key else {})}


def _openai_options(settings: Settings, limits: Limits) -> dict[str, Any]:
    from openai import DefaultAsyncHttpxClient, Timeout

    timeout = Timeout(limits.total, connect=limits.connect)
    key = settings.chat_api_key.get_secret_value()
    options: dict[str, Any] = {
        "timeout": timeout,
        "stream_chunk_timeout": None,  # our own limits are narrower
        "max_retries": 0,
        # LangChain's own clients are shared by all models of a process, whatever event loop they are used in.
        "http_async_client": DefaultAsyncHttpxClient(timeout=timeout),
    }
    if settings.chat_base_url:
        options |= {"use_responses_api": False, "temperature": 0}
    if key or settings.chat_base_url:
        options["api_key"] = key or "none"
    return options
