"""The chat model's parts, as the settings say."""

from __future__ import annotations

from assistant.answering.generative import Fallback, GenerativeAnswerer
from assistant.answering.models import chat_model, limits_of
from assistant.answering.tracing import trace
from assistant.answering.translation import Translator
from assistant.settings import Settings
from assistant.text.aliases import Aliases
from assistant.types import Encoder


def chat_parts(
    settings: Settings, encoder: Encoder, fallback: Fallback, aliases: Aliases
) -> tuple[GenerativeAnswerer, Translator]:
    """Make what answers and what translates with the chat model.

    Args:
        settings: name the model.
        encoder: compares the sentences of answers with the sources.
        fallback: answers when the model cannot.
        aliases: names that mean the same.

    Raises:
        UsageError: the model cannot be used.
    """
    if settings.tracing:
        trace(settings.tracing)
    model = chat_model(settings)
    translator = Translator(model)
    answerer = GenerativeAnswerer(
        model,
        encoder,
        fallback,
        aliases=aliases,
        window=settings.chat_window,
        limits=limits_of(settings),
        translator=translator,
        name=settings.chat_model,
    )
    return answerer, translator
