"""What many documents of one site share is no likeness of two of them; a story that stands on several pages is."""

import random

from app.texts import boilerplate, fingerprints

CHANCE = random.Random(8)
WORDS = [f"word{number}" for number in range(900)]


def words(count: int) -> str:
    return " ".join(CHANCE.choices(WORDS, k=count))


def hashes(text: str) -> set[int]:
    return set(fingerprints.shingles(text))


NOTICE, STORY = words(80), words(120)
PAGES = [hashes(f"{words(40)} {NOTICE}") for _ in range(5)]


def test_a_notice_on_every_page() -> None:
    page = fingerprints.fingerprint(f"{words(30)} {NOTICE}")
    other = fingerprints.fingerprint(f"{words(35)} {NOTICE}")
    assert fingerprints.likeness(page, other) > 0.5
    common = boilerplate.shared(set(page), PAGES)
    assert len(common) == len(hashes(NOTICE))
    assert fingerprints.likeness(page, other, left_out=common) == 0
    copy = fingerprints.fingerprint(f"{STORY} {NOTICE}")
    assert fingerprints.likeness(copy, fingerprints.fingerprint(STORY), left_out=common) > 0.9


def test_two_pages_are_not_many() -> None:
    assert boilerplate.shared(hashes(f"{words(30)} {NOTICE}"), PAGES[:2]) == set()


def test_one_story_on_several_pages_is_none() -> None:
    pages = [hashes(f"{words(3)} {STORY} {words(2)}") for _ in range(5)]
    assert boilerplate.shared(hashes(STORY), pages) == set()
    assert boilerplate.shared(hashes(f"{STORY} {words(4)}"), pages) == set()
    assert boilerplate.shared(hashes(f"{STORY} {words(60)}"), [hashes(STORY)] * 5) == set()


def test_what_is_on_all_pages_and_nothing_else() -> None:
    assert boilerplate.is_all(["Fire", "Flood", "Vote"])
    assert not boilerplate.is_all(["Fire", "Fire", "Fire", "Vote"])
    assert not boilerplate.is_all([None] * 5)
