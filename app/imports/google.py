"""Fact-checks in answers of the Google Fact Check Tools API: one or many, or the claims out of them."""

import json
from dataclasses import replace
from typing import Any, Final

from app.imports import values
from app.imports.checks import FactCheck, Json, Notes, Party, Unused, short
from app.imports.report_lines import site_of
from app.schemas import urls

MORE: Final = "the answer has further pages, which are not in the input"
NO_CLAIMS: Final = "no claims: not an answer of the Fact Check Tools API"
NO_OBJECT: Final = "not an object"
NO_TEXT: Final = "a claim without a text"
NO_REVIEW: Final = "a claim without a review"
NO_URL: Final = "a review without an address that can be kept"
UNUSED_FIELD: Final = "a member that is not used"

_CLAIM: Final = {"text", "claimant", "claimDate", "claimReview"}
_REVIEW: Final = {"publisher", "url", "title", "reviewDate", "textualRating", "languageCode"}


def read(data: bytes, notes: Notes) -> list[FactCheck]:
    """A fact-check for each review. Raises ValueError where the input is not JSON, or says a thing twice."""
    checks: list[FactCheck] = []
    for location, claim in _claims(json.loads(data, object_pairs_hook=_members), "", notes):
        checks += _checks(claim, location, notes)
    return checks


def _members(pairs: list[tuple[str, Any]]) -> Json:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the member `{twice}` stands twice in one object: which is meant can't be told")
    return members


def _claims(answer: Any, location: str, notes: Notes) -> list[tuple[str, Json]]:
    """The claims of an answer, of a list of answers, of `results` of an image search; or a bare list of claims."""
    if isinstance(answer, list):
        return [claim for n, part in enumerate(answer) for claim in _claims(part, f"{location}[{n}]", notes)]
    if not isinstance(answer, dict):
        notes.append(Unused(location, short(answer), NO_OBJECT))
        return []
    if "claimReview" in answer or "text" in answer:
        return [(location, answer)]
    if answer.get("nextPageToken"):
        notes.append(Unused(f"{location}/nextPageToken", short(answer["nextPageToken"]), MORE))
    for name in ("claims", "results"):
        if isinstance(answer.get(name), list):
            return _claims(answer[name], f"{location}/{name}", notes)
    if isinstance(answer.get("claim"), dict):
        return _claims(answer["claim"], f"{location}/claim", notes)
    if answer:  # an answer without results is an empty object
        notes.append(Unused(location, short(json.dumps(answer, ensure_ascii=False)), NO_CLAIMS))
    return []


def _checks(claim: Json, location: str, notes: Notes) -> list[FactCheck]:
    """A fact-check for each review of a claim; all hang on the event of the earliest."""
    text = values.accepted(values.PROSE, values.clean(claim.get("text")), location, "claim", notes)
    reviews = claim.get("claimReview")
    if text is None or not isinstance(reviews, list) or not reviews:
        notes.append(Unused(location, short(json.dumps(claim, ensure_ascii=False)), NO_REVIEW if text else NO_TEXT))
        return []
    _note_unused(claim, _CLAIM, location, notes)
    said = values.coarse_time(claim.get("claimDate"), location, "claimDate", notes)
    name = values.accepted(values.NAME, values.clean(claim.get("claimant")), location, "claimant", notes)
    claim_fields = {"claim": text, "claimants": [Party(name)] if name else [], "said": said}
    checks = [
        check
        for nth, review in enumerate(reviews)
        if (check := _check(review, f"{location}/claimReview[{nth}]", claim_fields, notes)) is not None
    ]
    if len(checks) > 1:
        first = min(checks, key=lambda check: (check.published or "9999", urls.canonical(check.url)))
        checks = [replace(check, hangs_on=first.url) for check in checks]
    return checks


def _check(review: Any, location: str, claim_fields: Json, notes: Notes) -> FactCheck | None:
    """The fact-check of one review; `claim_fields`: the claim, its claimants, when it was said."""
    if not isinstance(review, dict):
        notes.append(Unused(location, short(review), NO_OBJECT))
        return None
    _note_unused(review, _REVIEW, location, notes)
    url = values.accepted(values.URL, values.clean(review.get("url")), location, "url", notes)
    if url is None:
        notes.append(Unused(location, short(json.dumps(review, ensure_ascii=False)), NO_URL))
        return None
    title = values.accepted(values.NAME, values.clean(review.get("title")), location, "title", notes)
    tag = review.get("languageCode")
    return FactCheck(
        where=location,
        url=url,
        **claim_fields,
        reviewer=_publisher(review.get("publisher"), url, location, notes),
        title=title,
        language=values.language(tag, title or "", location, "languageCode of the title", notes),
        published=values.coarse_time(review.get("reviewDate"), location, "reviewDate", notes, of_page=True),
        claim_language=values.language(tag, claim_fields["claim"], location, "languageCode of the claim", notes),
        label=values.accepted(
            values.WORDING, values.clean(review.get("textualRating")), location, "textualRating", notes
        ),
    )


def _publisher(value: Any, url: str, location: str, notes: Notes) -> Party:
    """The publisher, named by its name, its site, or the site of the review."""
    publisher = value if isinstance(value, dict) else {}
    _note_unused(publisher, {"name", "site"}, f"{location}/publisher", notes)
    site = values.clean(publisher.get("site")).casefold().rstrip("/")
    address = values.accepted(values.URL, f"https://{site}", f"{location}/publisher", "site", notes) if site else None
    name = values.accepted(values.NAME, values.clean(publisher.get("name")), f"{location}/publisher", "name", notes)
    return Party(name or site_of(address or url), "outlet", address)


def _note_unused(node: Json, used: set[str], location: str, notes: Notes) -> None:
    notes.extend(
        Unused(f"{location}/{name}", short(value), f"{UNUSED_FIELD}: {name}")
        for name, value in node.items()
        if name not in used and value not in (None, "", [], {})
    )
