"""The functions that make vectors and queries of texts take any text there is."""

import json

import soaking
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import Connection

from app.services.search import search

# Every script, marks and signs alone, and what means something in a tsvector or tsquery.
SIGNS = [
    "'",
    "\\",
    ":*",
    "!",
    "&",
    "|",
    "<->",
    "(",
    "仓库",
    "爆",
    "й",
    "e\u0301",
    "\u0301",
    "ـ",
    "ﬁ",
    "№",
    "or",
    "-x",
    '"',
]
TEXTS = st.lists(
    st.one_of(
        st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12),
        st.text(st.characters(categories=("Mn", "Mc", "Lm", "Sk")), max_size=4),
        st.sampled_from(SIGNS),
    ),
    max_size=8,
).map(" ".join)
EVERY = """
SELECT count(search_vector(config, %(words)s)), count(search_phrase(config, %(words)s)::tsquery)
FROM search_configs(NULL) config
"""
FOUND = """
SELECT search_vector(%(config)s, %(words)s) @@ query, numnode(query)
FROM CAST(search_phrase(%(config)s, %(words)s) AS tsquery) query
"""


@settings(max_examples=soaking.times(40))
@given(words=TEXTS)
def test_any_text_is_indexed_and_asked_for(psql: Connection, words: str) -> None:
    """And finds itself, where it has anything but stop words and signs."""
    psql.execute(EVERY, {"words": words})
    for config in ("simple", "french", "russian"):
        fits, nodes = psql.execute(FOUND, {"config": config, "words": words}).fetchone() or (False, 0)
        assert fits or not nodes
    groups = json.dumps(search.groups(words))
    psql.execute("SELECT matching::tsquery, ranking::tsquery FROM search_query(NULL, %s)", [groups])
    psql.execute("SELECT search_excerpt(search_vector('simple', %s), 'D', %s, '{x}', '{}', 5)", [words, words])


def test_a_query_is_read_as_it_is_meant() -> None:
    assert search.groups('a "b c" -d or -"e f" g OR') == [
        [
            {"words": "a", "unwanted": False},
            {"words": "b c", "unwanted": False},
            {"words": "d", "unwanted": True},
        ],
        [{"words": "e f", "unwanted": True}, {"words": "g", "unwanted": False}],
    ]
    assert search.groups('well-known "or') == [
        [{"words": "well-known", "unwanted": False}, {"words": "or", "unwanted": False}]
    ]
    assert search.groups(" ") == []
