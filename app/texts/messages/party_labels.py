"""What parties are called in each language, as an operator's file has it."""

from pathlib import Path
from typing import Any, Final, get_args

from app import jsontext
from app.errors import Problem
from app.texts.messages.wording import NO_LABELS, PartyLabels
from app.vocabulary import AnswerLanguage

_FORM: Final = 'it maps parties to labels by language: {"russia": {"en": "Russia", "uk": "Росія"}}'


def read(path: str) -> PartyLabels:
    """The labels in a JSON file; none without a path. Raises ValueError, which says what is wrong, and where."""
    if not path:
        return NO_LABELS
    try:
        labels: Any = jsontext.read(Path(path).read_bytes(), "file")
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}") from None
    except Problem as error:
        raise ValueError(f"{path}: {error}") from None
    if not isinstance(labels, dict):
        raise ValueError(f"{path}: {_FORM}")  # noqa: TRY004  (the file is wrong, not the caller)
    languages = get_args(AnswerLanguage)
    for party, by_language in labels.items():
        if not isinstance(by_language, dict):
            raise ValueError(f"{path}, {party}: {_FORM}")  # noqa: TRY004
        for language, label in by_language.items():
            if language not in languages:
                raise ValueError(f"{path}, {party}: there is no language {language!r}, but {', '.join(languages)}")
            if not isinstance(label, str) or not label.strip():
                raise ValueError(f"{path}, {party}, {language}: a label is a text")
    return labels
