"""A report with a word of its own in every text that it can have."""

from typing import Any

Json = dict[str, Any]
CANARY = "zyxcanary"


def said(word: str = CANARY) -> Json:
    return {
        "ref": f"report-{word}",
        "document": {
            "ref": f"document-{word}",
            "url": f"https://paper.example/{word}",
            "title": f"Title {word}",
            "byline": f"Byline {word}",
            "published": "2023-08-09",
            "publisher": {"name": f"Paper {word}", "kind": "outlet"},
            "text": f"He said that a drone {word} had fallen on the works of that town, and nobody else was there.",
            "external_ids": {"scheme": word},
        },
        "events": [
            {
                "ref": f"event-{word}",
                "slug": f"slug-{word}",
                "title": f"Event {word}",
                "summary": f"Summary {word}",
                "place_name": f"Place {word}",
                "kind": word,
                "tags": [word],
                "external_ids": {"scheme": word},
                "claims": [_claim(word), {"label": "#other", "text": f"It was a rocket {word}"}, _figure(word)],
                "claim_links": [{"from": "#drone", "relation": "contradicts", "to": "#other"}],
                "assessments": [_assessment(word)],
            }
        ],
    }


def _claim(word: str) -> Json:
    return {
        "ref": f"claim-{word}",
        "label": "#drone",
        "text": f"It was a drone {word}",
        "translations": {"de": f"Eine Drohne {word}"},
        "accuses": word,
        "question": {"ref": f"question-{word}", "text": f"What fell {word}?", "kind": "cause"},
        "statements": [
            {
                "ref": f"statement-{word}",
                "source": _source(word),
                "said": "2023-08-08",
                "withdrawn": "2023-08-12",
                "withdrawn_reason": f"Reason {word}",
                "wording": f"a drone {word} had fallen",
                "quoted": True,
                "translation": f"eine Drohne {word}",
                "cue": f"cue {word}",
                "note": f"note {word}",
                "hops": [{"source": {"name": f"Passer {word}"}}],
            }
        ],
    }


def _source(word: str) -> Json:
    return {
        "ref": f"source-{word}",
        "name": f"Speaker {word}",
        "aliases": [{"name": f"Alias {word}"}],
        "role": f"Role {word}",
        "party": word,
        "url": f"https://speaker.example/{word}",
        "external_ids": {"scheme": word},
        "notes": f"Notes {word}",
    }


def _figure(word: str) -> Json:
    asked = {"measure": "other", "unit": f"unit {word}", "subject": f"subject {word}", "text": f"How many {word}?"}
    return {
        "ref": f"figure-{word}",
        "question": {"ref": f"count-{word}", **asked},
        "figure": {"qualifier": "exact", "min": 31, "max": 31},
        "statements": [{"source": f"ref:source-{word}"}],
    }


def _assessment(word: str) -> Json:
    return {
        "ref": f"assessment-{word}",
        "claim": "#drone",
        "author": {"name": f"Desk {word}"},
        "scheme": "claimreview",
        "rating": "false",
        "label": f"Label {word}",
        "explanation": f"Explanation {word}",
        "url": f"https://desk.example/{word}",
    }
