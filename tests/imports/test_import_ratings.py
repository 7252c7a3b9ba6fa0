"""The table of ratings: visible, exact, never a guess."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.imports import ratings
from app.vocabulary import RATINGS


def test_the_table_is_whole_and_says_each_thing_once() -> None:
    assert set(ratings.TABLE) == set(RATINGS["claimreview"])
    words = [ratings.folded(one) for listed in ratings.TABLE.values() for one in listed]
    assert len(words) == len(set(words)) > 1000
    assert "" not in words


@pytest.mark.parametrize(
    ("label", "rating"),
    [
        ("False", "false"),
        ("  FALSE. ", "false"),
        ("“Pants on Fire!”", "false"),
        ("Half-True", "mixture"),
        ("Mostly false", "mostly_false"),
        ("Plutôt vrai", "mostly_true"),
        ("Falso", "false"),
        ("Engañoso", "other"),
        ("زائف", "false"),
        ("زائف جزئيًا", "mixture"),
        ("زائف جزئيا", "mixture"),
        ("صحيح", "true"),
        ("صَحِيح", "true"),
        ("غير مثبت", "unproven"),
        ("مضلّل", "other"),
        ("Sarcastic", "satire"),
        ("ложь", "false"),
        ("KELIRU", "false"),
        ("Neistina!", "false"),
        ("نادرست", "false"),
        ("Not correct", "false"),
        ("pants-fire", "false"),
        ("NETAČNO", "false"),
        ("Сенсация", "other"),
        ("錯誤", "false"),
        ("사실 아님", "false"),
        ("लगभग", "other"),
        ("שקר", "false"),
        ("نیمه‌درست", "mixture"),
        ("half-true", "mixture"),
        ("Three Pinocchios", "mostly_false"),
        ("Mostly-True", "mostly_true"),
        ("Većinom točno", "mostly_true"),
        ("Istina", "true"),
        ("ข่าวจริง", "true"),
        ("Nepotwierdzone", "other"),
        ("Brak dowodów", "unproven"),
        ("證據不足", "unproven"),
        ("Çarpıtma", "other"),
        ("諷刺", "satire"),
        ("Other", "other"),
    ],
)
def test_words_are_folded_and_then_compared_exactly(label: str, rating: str) -> None:
    assert ratings.rate(label).rating == rating
    unknown = label in ("Сенсация", "लगभग", "Nepotwierdzone")
    assert ratings.rate(label).why in ((ratings.UNKNOWN,) if unknown else (None, ratings.NO_EQUAL))


@pytest.mark.parametrize("label", ["Not false", "False, mostly", "Falsehood", "This claim is false", "Falsee"])
def test_what_only_contains_such_a_word_is_other(label: str) -> None:
    assert ratings.rate(label) == ("other", ratings.UNKNOWN)


KNOWN = {ratings.folded(word) for listed in ratings.TABLE.values() for word in listed}


@given(st.text(min_size=1))
def test_any_words_have_a_rating_of_the_scheme(label: str) -> None:
    found = ratings.rate(label)
    assert found.rating in RATINGS["claimreview"]
    assert ratings.folded(label) in KNOWN or found.rating == "other"


@pytest.mark.parametrize(
    ("value", "best", "worst", "rating"),
    [
        (1, 5, 1, "false"), (2, 5, 1, "mostly_false"), (3, 5, 1, "mixture"), (4, 5, 1, "mostly_true"),
        (5, 5, 1, "true"), (5, 1, 5, "false"), (1, 1, 5, "true"), (4, 1, 5, "mostly_false"),  # upside down
        (1, None, None, "false"), (0, 100, 0, "false"), (50, 100, 0, "mixture"),
        (2, 3, 1, "mixture"), (2, 4, 1, "other"), (0, 5, 1, "other"), (6, 5, 1, "other"), (-1, -1, -1, "other"),
        (None, 5, 1, "other"),
    ],
)  # fmt: skip
def test_without_words_a_number_counts_where_it_is_a_step_of_five(
    value: float | None, best: float | None, worst: float | None, rating: str
) -> None:
    found = ratings.rate("", value, best, worst)
    assert found == (rating, ratings.NOTHING if rating == "other" else ratings.BY_NUMBER)


def test_words_go_before_a_number_also_where_they_have_no_equal() -> None:
    assert ratings.rate("False", 5, 5, 1) == ("false", ratings.CONTRADICTED)
    assert ratings.rate("True", 5, 1, 5) == ("true", ratings.CONTRADICTED)
    assert ratings.rate("False", 2, 5, 1) == ("false", None)
    assert ratings.rate("Altered image", 5, 5, 1) == ("other", ratings.NO_EQUAL)
    assert ratings.rate("No words of ours", 5, 5, 1) == ("other", ratings.UNKNOWN)


def test_own_additions_go_before_the_table() -> None:
    own = {ratings.folded("Misleading"): "mixture", ratings.folded("Quite so"): "true"}
    assert ratings.rate("misleading!", added=own) == ("mixture", None)
    assert ratings.rate("quite SO", added=own) == ("true", None)
