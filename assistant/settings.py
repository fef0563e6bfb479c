"""One place for everything that can be set, read from the environment (ASSISTANT_...) or a .env file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from assistant.errors import UsageError


class Settings(BaseSettings):
    """The settings of an assistant; each field is also an environment variable, ASSISTANT_DATA_DIR and so on."""

    model_config = SettingsConfigDict(env_prefix="ASSISTANT_", env_file=".env", extra="ignore", frozen=True)

    data_dir: Path = Field(
        default_factory=lambda: user_data_path("news-assistant"), description="where the library is kept"
    )
    encoder: str = Field(
        default="builtin", description="'builtin', a sentence-transformers name or folder, or provider:model"
    )
    reranker: str = Field(
        default="none",
        description="'none', or a sentence-transformers CrossEncoder name or folder",
    )
    aliases: Path | None = Field(
        default=None, description="a file of names that mean the same, one group a line, comma-separated"
    )

    chat_model: str = Field(
        default="", description="provider:model, for instance openai:gpt-5-mini; empty: extractive answers"
    )
    chat_base_url: str = Field(default="", description="an OpenAI-compatible server")
    chat_api_key: SecretStr = Field(default=SecretStr(""), description="key of that server or provider")
    chat_window: int = Field(default=8192, ge=1024, description="tokens that the chat model can read")
    chat_timeout: float = Field(default=120.0, gt=0, description="seconds that a whole answer may take")
    tracing: str = Field(default="", description="an OTLP endpoint for OpenInference traces")

    host: str = Field(default="127.0.0.1", description="address that the web chat listens on")
    port: int = Field(default=7860, ge=0, le=65535, description="port of the web chat")
    password: SecretStr = Field(
        default=SecretStr(""), description="user:password of the web chat; empty: none"
    )
    user_header: str = Field(
        default="", description="a header in which a proxy names the user, for instance X-Forwarded-User"
    )
    proxies: str = Field(
        default="127.0.0.1,::1", description="addresses of proxies that are believed, comma-separated"
    )
    rate: float = Field(default=120.0, ge=0, description="questions a minute from one client; 0: no limit")
    web_ingest: bool = Field(
        default=True,
        description="whether articles can be added in the web chat; never when anybody can reach it",
    )
    keep_conversations: bool = Field(
        default=True, description="whether the web chat keeps conversations in the library"
    )
    allowed_hosts: str = Field(default="", description="private hosts that may be fetched, comma-separated")


def load_settings(**changes: Any) -> Settings:
    """Read the settings, with these changes.

    Raises:
        UsageError: if a value cannot be used; it is named.
    """
    try:
        return Settings(**changes)
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"]).upper()
        raise UsageError(
            f"The setting ASSISTANT_{name} cannot be used: {first['msg']}.",
            "Correct it in the environment or in .env.",
        ) from error
