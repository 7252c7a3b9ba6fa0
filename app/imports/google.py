"""Answers of the Google Fact Check Tools API: one or many, or the claims out of them."""

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
    """Raises ValueError where the input is not JSON."""
    found: list[FactCheck] = []
    for where, claim in _claims(json.loads(data.decode("utf-8-sig")), "", notes):
        found += _checks(claim, where, notes)
    return found


def _claims(answer: Any, where: str, notes: Notes) -> list[tuple[str, Json]]:
    """The claims of an answer, of a list of answers, of `results` of an image search; or a bare list of claims."""
    if isinstance(answer, list):
        return [claim for n, one in enumerate(answer) for claim in _claims(one, f"{where}[{n}]", notes)]
    if not isinstance(answer, dict):
        notes.append(Unused(where, short(answer), NO_OBJECT))
        return []
    if "claimReview" in answer or "text" in answer:
        return [(where, answer)]
    if answer.get("nextPageToken"):
        notes.append(Unused(f"{where}/nextPageToken", short(answer["nextPageToken"]), MORE))
    for name in ("claims", "results"):
        if isinstance(answer.get(name), list):
            return _claims(answer[name], f"{where}/{name}", notes)
    if isinstance(answer.get("claim"), dict):
        return _claims(answer["claim"], f"{where}/claim", notes)
    if answer:  # an answer without results is an empty object
        notes.append(Unused(where, short(json.dumps(answer, ensure_ascii=False)), NO_CLAIMS))
    return []


def _checks(claim: Json, where: str, notes: Notes) -> list[FactCheck]:
    """One for each review; all hang on the event of the earliest."""
    text = values.taken(values.PROSE, values.clean(claim.get("text")), where, "claim", notes)
    reviews = claim.get("claimReview")
    if text is None or not isinstance(reviews, list) or not reviews:
        notes.append(Unused(where, short(json.dumps(claim, ensure_ascii=False)), NO_REVIEW if text else NO_TEXT))
        return []
    _note_rest(claim, _CLAIM, where, notes)
    said = values.when(claim.get("claimDate"), where, "claimDate", notes)
    name = values.taken(values.NAME, values.clean(claim.get("claimant")), where, "claimant", notes)
    about = {"claim": text, "claimants": [Party(name)] if name else [], "said": said}
    found = [
        check
        for n, one in enumerate(reviews)
        if (check := _check(one, f"{where}/claimReview[{n}]", about, notes)) is not None
    ]
    if len(found) > 1:
        first = min(found, key=lambda one: (one.published or "9999", urls.canonical(one.url)))
        found = [replace(check, hangs_on=first.url) for check in found]
    return found


def _check(review: Any, where: str, about: Json, notes: Notes) -> FactCheck | None:
    """One review; `about`: the claim, and who made it when."""
    if not isinstance(review, dict):
        notes.append(Unused(where, short(review), NO_OBJECT))
        return None
    _note_rest(review, _REVIEW, where, notes)
    url = values.taken(values.URL, values.clean(review.get("url")), where, "url", notes)
    if url is None:
        notes.append(Unused(where, short(json.dumps(review, ensure_ascii=False)), NO_URL))
        return None
    title = values.taken(values.NAME, values.clean(review.get("title")), where, "title", notes)
    tag = review.get("languageCode")
    return FactCheck(
        where=where,
        url=url,
        **about,
        reviewer=_publisher(review.get("publisher"), url, where, notes),
        title=title,
        language=values.language(tag, title or "", where, "languageCode of the title", notes),
        published=values.when(review.get("reviewDate"), where, "reviewDate", notes),
        claim_language=values.language(tag, about["claim"], where, "languageCode of the claim", notes),
        label=values.taken(values.WORDING, values.clean(review.get("textualRating")), where, "textualRating", notes),
    )


def _publisher(given: Any, url: str, where: str, notes: Notes) -> Party:
    """By its name, or by its site; without either it is whoever has the page."""
    publisher = given if isinstance(given, dict) else {}
    _note_rest(publisher, {"name", "site"}, f"{where}/publisher", notes)
    site = values.clean(publisher.get("site")).casefold().rstrip("/")
    address = values.taken(values.URL, f"https://{site}", f"{where}/publisher", "site", notes) if site else None
    name = values.taken(values.NAME, values.clean(publisher.get("name")), f"{where}/publisher", "name", notes)
    return Party(name or site_of(address or url), "outlet", address)


def _note_rest(given: Json, used: set[str], where: str, notes: Notes) -> None:
    notes.extend(
        Unused(f"{where}/{name}", short(value), f"{UNUSED_FIELD}: {name}")
        for name, value in given.items()
        if name not in used and value not in (None, "", [], {})
    )
