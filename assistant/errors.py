"""The errors that the assistant raises.

AssistantError                  exit code 1
├── UsageError                  2   an argument or a question that cannot be used
│   ├── EmptyQuestion
│   ├── QuestionTooLong
│   ├── UnknownLanguage             the question is in a script that is not read here
│   └── MissingExtra                a feature whose package is not installed
├── LibraryError                3   the stored articles cannot be used
│   ├── EmptyLibrary                nothing has been ingested yet
│   ├── LibraryLocked               another process is writing
│   ├── LibraryDamaged              a file is missing or unreadable
│   ├── LibraryFull                 the disk is full or read-only
│   └── EncoderMismatch             the index was made with another encoder
├── EncoderError                4   the encoder's or reranker's weights cannot be loaded or used
├── ModelError                  5   the chat model failed
├── Busy                        6   more is asked at the same time than can be answered
└── Rejected                    1   one source could not be ingested; the batch goes on

Each carries a message for people: what happened, why, and in `hint` what to do.
"""

from __future__ import annotations


class AssistantError(Exception):
    """Base of all errors here."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        """Keep the message (what and why) and the hint (what to do)."""
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """Message and hint as one text."""
        return f"{self.message} {self.hint}".strip()


class UsageError(AssistantError):
    """An argument or a question that cannot be used."""

    exit_code = 2


class EmptyQuestion(UsageError):
    """The question has no words."""


class QuestionTooLong(UsageError):
    """The question is longer than a question can be."""


class UnknownLanguage(UsageError):
    """The question is in a language that is not understood."""


class MissingExtra(UsageError):
    """A feature whose package is not installed."""

    def __init__(self, feature: str, extra: str) -> None:
        """Name the feature and the command that installs it."""
        super().__init__(
            f"{feature} needs a package that is not installed.",
            f"Install it: pip install 'news-assistant[{extra}]'",
        )


class LibraryError(AssistantError):
    """The stored articles cannot be used."""

    exit_code = 3


class EmptyLibrary(LibraryError):
    """Nothing has been ingested yet."""


class LibraryLocked(LibraryError):
    """Another process is writing to the library."""


class LibraryDamaged(LibraryError):
    """A file of the library is missing or unreadable."""


class LibraryFull(LibraryError):
    """The disk is full or read-only."""


class EncoderMismatch(LibraryError):
    """The index was made with another encoder."""


class EncoderError(AssistantError):
    """The encoder's or reranker's weights cannot be loaded or used."""

    exit_code = 4


class ModelError(AssistantError):
    """The chat model failed."""

    exit_code = 5


class Busy(AssistantError):
    """More is asked at the same time than can be answered."""

    exit_code = 6

    def __init__(self, seconds: int) -> None:
        """Keep after how many seconds it is worth to ask again."""
        super().__init__("Too many questions at the moment.", f"Try again in {seconds} seconds.")
        self.seconds = seconds


class Rejected(AssistantError):
    """One source could not be ingested."""
