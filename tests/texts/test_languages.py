"""Languages that fit."""

import pytest

from app.texts import languages


@pytest.mark.parametrize(
    ("one", "other"),
    [("nb", "no"), ("nn", "nb"), ("arb", "ar"), ("arz", "ar-EG"), ("zh-Hans", "zh-TW"), ("cmn", "zh"), ("en", "en-GB"),
     (None, "fr"), ("und", "fr"), ("fre", "fr"), ("iw", "he"), ("pes", "fa"), ("pt-BR", "PT")],
)  # fmt: skip
def test_fit(one: str | None, other: str | None) -> None:
    assert languages.fit(one, other)
    assert languages.fit(other, one)


@pytest.mark.parametrize(("one", "other"), [("da", "nb"), ("en", "fr"), ("ru", "uk"), ("ar", "fa"), ("zh", "ja")])
def test_do_not_fit(one: str, other: str) -> None:
    assert not languages.fit(one, other)


def test_a_key_is_its_own_key() -> None:
    for code in languages.KEYS.values():
        assert languages.key(code) in (code, None)
