"""What is how much alike: the calibration of the thresholds, and what holds for any texts."""

import json
import random
from datetime import datetime
from math import sqrt
from pathlib import Path
from zlib import crc32

import pytest
import soaking
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.texts import fingerprints
from app.texts.fingerprints import DocumentDates
from app.vocabulary import LIKELY_COPY, SURE_COPY

STORIES = json.loads((Path(__file__).parent.parent / "wires.json").read_text(encoding="utf-8"))["stories"]
_property = settings(max_examples=soaking.times(60))
SOUP = [f"{first}{second}" for first in "bdfgklmnprst" for second in ("a", "el", "i", "on", "ur", "ast")]


def alike(one: str, other: str) -> float:
    return fingerprints.likeness(fingerprints.fingerprint(one), fingerprints.fingerprint(other))


def paragraphs(text: str, count: int) -> str:
    return "\n\n".join(text.split("\n\n")[:count])


@pytest.mark.parametrize(
    "text",
    [
        "@kestrel",
        " @kestrel: ",
        "@kestrel @heron_7",
        "“@kestrel”",
        "https://paper.example/1",
        "@k https://t.co/x",
        "",
    ],
)
def test_who_only_says_whom_it_answers_has_copied_nobody(text: str) -> None:
    assert fingerprints.read(text).whole_mark is None
    for said in ("no", "Нет", "無", "لا"):
        answer = f"{text} {said}"
        assert fingerprints.read(answer).whole_mark == fingerprints.read(f"{answer}.").whole_mark is not None


@pytest.mark.parametrize("language", STORIES)
def test_what_the_thresholds_separate(language: str) -> None:
    wire, edited, rewritten, own = (STORIES[language][name] for name in ("wire", "edited", "rewritten", "own"))
    surely = {
        "itself": wire,
        "in capitals, without punctuation": wire.upper().replace(",", "").replace("«", "“"),
        "with a headline": f"{paragraphs(own, 1)[:60]}\n\n{wire}",
        "with a paragraph": f"{wire}\n\n{own.split(chr(10) * 2)[1]}",
        "through a desk": edited,
    }
    likely = {"half": paragraphs(wire, 3), "a third": paragraphs(wire, 2), "with an own report": f"{wire}\n\n{own}"}
    no_copy = {"told anew": rewritten, "an own report": own, "its first paragraph": paragraphs(wire, 1)}
    assert {name for name, text in surely.items() if alike(wire, text) < SURE_COPY} == set()
    assert {name for name, text in likely.items() if not LIKELY_COPY <= alike(wire, text) < SURE_COPY} == set()
    assert {name for name, text in no_copy.items() if alike(wire, text) >= LIKELY_COPY - 0.1} == set()
    assert max(alike(own, text) for text in (wire, edited, rewritten)) < 0.1


def test_languages_have_nothing_in_common() -> None:
    for one, other in (("en", "ru"), ("fr", "en"), ("zh", "ru")):
        assert alike(STORIES[one]["wire"], STORIES[other]["wire"]) == 0


def test_two_short_posts_are_never_compared() -> None:
    post = " ".join(STORIES["en"]["wire"].split()[:31])
    assert fingerprints.fingerprint(post) == ()
    assert fingerprints.fingerprint(f"{post} regional officials said so twice") != ()
    assert fingerprints.fingerprint(STORIES["zh"]["own"][:30]) == ()
    assert fingerprints.likeness((), fingerprints.fingerprint(STORIES["en"]["wire"])) == 0


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ещё РАЗ о Йошкар-Оле", "еще раз, о йошкар оле!", True),
        ("l’été à Genève, dit-il", "L'ETE A GENEVE DIT IL", True),
        ("Ｆｕｌｌ width text", "full width text", True),
        ("iPhone手机价格上涨了一成左右", "iphone 手机价格上涨了一成左右", True),
        ("وزیر گفت که یک موشك به ۳۱ نفر", "وزير گفت كه يك موشک به 31 نفر", True),
        ("п'ять людей загинули", "пʼять людей загинули", True),
        ("soft\u00adhyphens in words do not count", "softhyphens in words do not count", True),
        ("one two three four", "one two four three", False),
        ("爆発の原因はまだ分かっていない", "爆発の原因はまだわかっていない", False),
    ],
)
def test_what_is_the_same_shingle(one: str, other: str, same: bool) -> None:
    assert fingerprints.shingles(one)
    assert (fingerprints.shingles(one) == fingerprints.shingles(other)) == same


def test_what_is_stored_of_a_shingle() -> None:
    """The CRC of its three words: whoever changes that has to make all fingerprints anew."""
    assert fingerprints.shingles("One two, three four") == {crc32(b"one two three"), crc32(b"two three four")}
    assert fingerprints.shingles("Дрон упал ночью") == {crc32("дрон упал ночью".encode())}


def test_how_long_a_shingle_is() -> None:
    """Three words; six characters of Chinese or Japanese; twelve of Thai."""
    assert len(fingerprints.shingles("one two three four five")) == 3
    assert len(fingerprints.shingles("一二三四五六七")) == 2
    assert len(fingerprints.shingles("กขคงจฉชซฌญฎฏฐ")) == 2
    assert len(fingerprints.shingles("हिन्दी में समाचार पत्र")) == 2


@given(st.lists(st.sampled_from(SOUP), max_size=600), st.lists(st.sampled_from(SOUP), max_size=600))
@example(SOUP, SOUP[:50] * 2)  # long enough, whatever is made up
@_property
def test_any_two_texts(one: list[str], other: list[str]) -> None:
    prints = [fingerprints.fingerprint(" ".join(words)) for words in (one, other)]
    score = fingerprints.likeness(*prints)
    assert 0 <= score <= 1
    assert score == fingerprints.likeness(*reversed(prints))
    for print_ in prints:
        assert fingerprints.likeness(print_, print_) == (1 if print_ else 0)
        assert list(print_) == sorted(set(print_))
        assert fingerprints.unpack(fingerprints.pack(print_)) == print_


@given(st.text(max_size=300))
@_property
def test_any_characters(text: str) -> None:
    found = fingerprints.shingles(text)
    assert found == fingerprints.shingles(f" {text} …\n")
    assert all(0 <= shingle < 2**32 for shingle in found)


@given(st.integers(0, 2**32), st.sampled_from([0.5, 0.8, 0.9]), st.integers(600, 20_000))
@settings(max_examples=soaking.times(25))
def test_a_cut_fingerprint_tells_almost_the_same(seed: int, kept: float, size: int) -> None:
    """Of long texts only a sample is kept; what it says is a few hundredths from what the whole says."""
    chance = random.Random(seed)
    words = [f"{chance.choice(SOUP)}{chance.choice(SOUP)}" for _ in range(size)]
    shorter = words[: int(size * kept)]
    padded = shorter + [f"{chance.choice(SOUP)}x" for _ in range(int(size * (1 - kept)))]
    whole = " ".join(words)
    for copy, expected in ((shorter, sqrt(kept)), (padded, kept)):
        exact = fingerprints.score(fingerprints.shingles(whole), fingerprints.shingles(" ".join(copy)))
        assert abs(alike(whole, " ".join(copy)) - exact) < 0.1
        assert exact == pytest.approx(expected, abs=0.05)


@given(st.integers(0, 2**32), st.integers(40, 3000))
@settings(max_examples=soaking.times(40))
def test_a_copy_shares_a_mark(seed: int, size: int) -> None:
    """Whatever would be proposed is also found by what it is looked for by."""
    chance = random.Random(seed)
    words = [f"{chance.choice(SOUP)}{chance.choice(SOUP)}" for _ in range(size)]
    one, other = (fingerprints.fingerprint(" ".join(part)) for part in (words, words[: int(size * 0.6)]))
    if fingerprints.likeness(one, other) >= LIKELY_COPY:
        assert set(one[: fingerprints.MOST_MARKS]) & set(other[: fingerprints.MOST_MARKS])


def at(hour: int) -> datetime:
    return datetime.fromisoformat(f"2023-08-09T{hour:02}:00Z")


def origin(name: str, published: tuple[int, int] | None = None, read: int = 20, recorded: int = 20) -> DocumentDates:
    since, until = (at(published[0]), at(published[1])) if published else (None, None)
    return DocumentDates(since, until, at(read), at(recorded), name)


@pytest.mark.parametrize(
    ("early", "late"),
    [
        (origin("b", (9, 10)), origin("a", (10, 11))),
        (origin("b", (9, 10), read=22), origin("a", (10, 11), read=21)),
        # A day and an hour of it: nobody knows.
        (origin("b", (10, 11), read=12), origin("a", (0, 23), read=13)),
        (origin("b", (9, 10), read=12), origin("a", read=13)),
        (origin("b", read=12, recorded=14), origin("a", read=12, recorded=15)),
        (origin("a"), origin("b")),
    ],
)
def test_which_is_the_copy(early: DocumentDates, late: DocumentDates) -> None:
    assert fingerprints.later_of(early, late) is late
    assert fingerprints.later_of(late, early) is late
