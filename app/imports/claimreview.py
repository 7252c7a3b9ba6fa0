"""Fact-checks in schema.org's ClaimReview, from any JSON-LD: a file, a page, a DataFeed, a graph, a list."""

import json
from typing import Any, Final
from urllib.parse import urljoin

from app.imports import jsonld, values
from app.imports.checks import FactCheck, Json, Notes, Party, Unused, Work, short
from app.imports.jsonld import addresses, as_list, resolved, types, words
from app.imports.report_lines import site_of
from app.schemas import urls

NONE: Final = "no ClaimReview in it"
NO_CLAIM: Final = "a review that does not say of which claim"
NO_URL: Final = "a review without an address that can be kept"
NO_RULE: Final = "a property that is not used"
FURTHER: Final = "only the first of several is used"
UPSIDE_DOWN: Final = "rating: the worst is above the best; kept as it is given"
NO_WORK_URL: Final = "appearance: no address that can be kept"
NO_NAME: Final = "claimant: an author without a name"

_KINDS: Final = {
    "Person": "person", "NewsMediaOrganization": "outlet", "GovernmentOrganization": "authority",
    "Corporation": "company", "NGO": "ngo",
}  # fmt: skip
_WORKS: Final = {
    "VideoObject": "video", "ImageObject": "image", "AudioObject": "audio", "SocialMediaPosting": "post",
    "Article": "article", "NewsArticle": "article", "Report": "report", "Dataset": "dataset",
}  # fmt: skip
_MACHINERY: Final = {"@context", "@type", "@id", "type", "id"}
_REVIEW: Final = {
    "url", "mainEntityOfPage", "claimReviewed", "itemReviewed", "author", "publisher", "reviewRating", "datePublished",
    "headline", "name", "inLanguage", "reviewBody",
}  # fmt: skip
_ITEM: Final = {
    "author", "creator", "datePublished", "appearance", "firstAppearance", "url", "text", "name", "itemReviewed",
}  # fmt: skip
_RATING: Final = {"alternateName", "ratingValue", "bestRating", "worstRating", "ratingExplanation", "name"}
_PARTY: Final = {"name", "url", "sameAs", "jobTitle"}


def read(text: str, notes: Notes, base: str | None = None) -> list[FactCheck]:
    """Every review in JSON, or in a page that embeds it; `base`: what relative addresses are resolved against."""
    if text.lstrip("\ufeff \t\r\n").startswith("<"):
        roots, base_of_page = jsonld.in_page(text, notes)
        base = urljoin(base or "", base_of_page) if base_of_page else base
    else:
        roots = jsonld.parsed(text, "", notes)
    notes_before, checks, reviews = len(notes), list[FactCheck](), 0
    for nth, root in enumerate(jsonld.without_prefixes(root) for root in roots):
        nodes = list(jsonld.objects(root))
        by_id: dict[str, Json] = {}
        for _, node in nodes:
            if isinstance(name := node.get("@id"), str) and node.keys() - {"@id", "@type"}:
                by_id.setdefault(name, node)
        for location, node in nodes:
            if "ClaimReview" in types(node) and (node.keys() - {"@id", "@type", "@context"}):
                reviews += 1
                check = _check(node, f"[{nth}]{location}" if len(roots) > 1 else location, by_id, base, notes)
                checks += [check] if check else []
    if not reviews and len(notes) == notes_before:
        notes.append(Unused(base or "", short(text), NONE))
    return checks


def _check(node: Json, location: str, by_id: dict[str, Json], base: str | None, notes: Notes) -> FactCheck | None:
    candidates = [url for name in ("url", "mainEntityOfPage", "@id") for url in addresses(node.get(name))]
    url = _first_valid_url(candidates, base)
    works_reviewed = [resolved(work, by_id) for work in as_list(node.get("itemReviewed"))]
    propositions = filter(None, (_proposition(work) for work in works_reviewed))
    reviewed = words(node.get("claimReviewed")) or next(propositions, "")
    claim = values.accepted(values.PROSE, reviewed, location, "claimReviewed", notes)
    if url is None or claim is None:
        beginning = short(json.dumps(node, ensure_ascii=False))
        notes.append(Unused(location, beginning, NO_URL if url is None else NO_CLAIM))
        return None
    _note_unused(node, _REVIEW, location, notes)
    headline = words(node.get("headline")) or words(node.get("name"))
    title = values.accepted(values.NAME, headline, location, "title", notes)
    body = words(node.get("reviewBody"))
    tag = _language_tag(node.get("inLanguage"))
    reviewer, byline = _reviewer(node, url, location, by_id, notes)
    label, value, best, worst, explanation = _rating(node.get("reviewRating"), location, by_id, notes)
    claimants, said, works = _reviewed_items(works_reviewed, location, by_id, base or url, notes)
    return FactCheck(
        where=location,
        url=url,
        claim=claim,
        reviewer=reviewer,
        title=title,
        byline=byline,
        language=values.language(tag, title or "", location, "inLanguage of the title", notes),
        published=_first_time(node.get("datePublished"), location, "datePublished", notes),
        claim_language=values.language(tag, claim, location, "inLanguage of the claim", notes),
        claimants=claimants,
        said=said,
        appearances=works,
        label=label,
        value=value,
        best=best,
        worst=worst,
        explanation=explanation or values.accepted(values.WORDING, body, location, "body", notes),
    )


def _first_valid_url(candidates: list[str], base: str | None) -> str | None:
    """The first that the service takes; without a candidate, the base. Relative ones are resolved against the base."""
    for candidate in [*candidates, *([base] if base and not candidates else [])]:
        try:
            return urls.check(urljoin(base or "", candidate))
        except ValueError:
            continue
    return None


def _proposition(work: Any) -> str:
    """What a Claim says; empty for other works, whose name is a title."""
    return (words(work.get("text")) or words(work.get("name"))) if "Claim" in types(work) else ""


def _language_tag(value: Any) -> str:
    """The tag of a language: a text, or the `alternateName` of a Language object."""
    first = next(iter(as_list(value)), "")
    return words(first.get("alternateName") or first.get("name")) if isinstance(first, dict) else words(first)


def _first_time(value: Any, location: str, field: str, notes: Notes) -> str | None:
    values_given = as_list(value)
    if len(values_given) > 1:
        notes.append(Unused(f"{location}/{field}", short(values_given), f"{FURTHER}: {field}"))
    return values.coarse_time(words(values_given[:1]), location, field, notes)


def _note_unused(node: Json, used: set[str], location: str, notes: Notes) -> None:
    notes.extend(
        Unused(f"{location}/{name}", short(json.dumps(value, ensure_ascii=False)), f"{NO_RULE}: {name}")
        for name, value in node.items()
        if name not in used | _MACHINERY and value not in (None, "", [], {})
    )


# --- who --------------------------------------------------------------------------------------------------------------


def _party(value: Any, location: str, by_id: dict[str, Json], notes: Notes) -> Party | None:
    """A Person, an Organization, or a name alone; None: without a name."""
    node = resolved(value, by_id)
    name = values.accepted(values.NAME, words(node), location, "name", notes)
    if name is None or not isinstance(node, dict):
        return Party(name) if name else None
    _note_unused(node, _PARTY, location, notes)
    valid_urls = [url for url in addresses(node.get("url")) + addresses(node.get("sameAs")) if is_valid_url(url)]
    kind = next((_KINDS[name] for name in sorted(types(node)) if name in _KINDS), None)
    role = values.accepted(values.NAME, words(node.get("jobTitle")), location, "jobTitle", notes)
    return Party(name, kind, valid_urls[0] if valid_urls else None, role)


def is_valid_url(url: str) -> bool:
    try:
        urls.check(url)
    except ValueError:
        return False
    return True


def _reviewer(node: Json, url: str, location: str, by_id: dict[str, Json], notes: Notes) -> tuple[Party, str | None]:
    """The organisation that reviewed the claim, and the byline.

    The byline names people who write for an organisation. A reviewer without a name is called by its site.
    """
    authors = [resolved(author, by_id) for author in as_list(node.get("author"))]
    publishers = [resolved(publisher, by_id) for publisher in as_list(node.get("publisher"))]
    people = [author for author in authors if "Person" in types(author)]
    bodies = [author for author in authors if author not in people] + publishers
    chosen = (bodies or people or [{}])[0]
    party = _party(chosen, f"{location}/author", by_id, notes)
    if party is None:
        home = next((address for address in addresses(chosen) if is_valid_url(address)), None)
        party = Party(site_of(home or url), None, home)
    unused = [name for body in bodies[1:] if (name := words(body)) not in ("", party.name)]
    notes.extend(Unused(f"{location}/author", short(name), f"{FURTHER}: reviewer") for name in unused)
    byline = ", ".join(name for person in people if (name := words(person)) and person is not chosen)
    kind = party.kind or (None if chosen in people else "outlet")
    reviewer = Party(party.name, kind, party.url, party.role)
    return reviewer, values.accepted(values.NAME, byline, location, "byline", notes)


# --- what was reviewed ------------------------------------------------------------------------------------------------


def _reviewed_items(
    works_reviewed: list[Any], location: str, by_id: dict[str, Json], base: str, notes: Notes
) -> tuple[list[Party], str | None, list[Work]]:
    """Who made the claim, when, and where it appeared, by a Claim or by the work in which it was made."""
    claimants, works, said = list[Party](), dict[str, Work](), None
    for reviewed_work in works_reviewed:
        item_location = f"{location}/itemReviewed"
        if not isinstance(reviewed_work, dict):
            notes.append(Unused(item_location, short(reviewed_work), f"{NO_RULE}: itemReviewed that is no object"))
            continue
        _note_unused(reviewed_work, _ITEM, item_location, notes)
        for author in as_list(reviewed_work.get("author") or reviewed_work.get("creator")):
            party = _party(author, f"{item_location}/author", by_id, notes)
            if party is None:
                notes.append(Unused(f"{item_location}/author", short(json.dumps(author, ensure_ascii=False)), NO_NAME))
            elif party not in claimants:
                claimants.append(party)
        said = said or _first_time(reviewed_work.get("datePublished"), item_location, "datePublished", notes)
        appearances = _appearances(reviewed_work, said, item_location, notes)
        for appearance in appearances:
            work = _work(resolved(appearance, by_id), item_location, base, notes)
            if work is not None:
                works.setdefault(urls.canonical(work.url), work)
    return claimants, said, list(works.values())


def _appearances(work: Json, said: str | None, location: str, notes: Notes) -> list[Any]:
    """Where the claim appeared. A work that is no Claim is itself such a place; its date is the document's, too."""
    appearances = [
        *as_list(work.get("firstAppearance")),
        *as_list(work.get("appearance")),
        *as_list(work.get("itemReviewed")),
    ]
    own_urls = addresses(work.get("url"))
    if "Claim" in types(work):
        if own_urls:
            notes.append(Unused(f"{location}/url", short(own_urls), f"{NO_RULE}: the address of a Claim itself"))
    elif own_urls:
        appearances.append(work | {"published": said})
    elif title := words(work.get("name")):
        notes.append(Unused(f"{location}/name", short(title), f"{NO_RULE}: a work without an address"))
    return appearances


def _work(appearance: Any, location: str, base: str, notes: Notes) -> Work | None:
    url = _first_valid_url(addresses(appearance)[:1], base) if addresses(appearance) else None
    if url is None:
        notes.append(Unused(location, short(json.dumps(appearance, ensure_ascii=False)), NO_WORK_URL))
        return None
    if not isinstance(appearance, dict):
        return Work(url)
    name = words(appearance.get("headline") or appearance.get("name"))
    title = values.accepted(values.NAME, name, location, "title", notes)
    tag = _language_tag(appearance.get("inLanguage"))
    return Work(
        url=url,
        title=title,
        published=appearance.get("published")
        or _first_time(appearance.get("datePublished"), location, "datePublished", notes),
        language=values.language(tag, title or "", location, "inLanguage", notes),
        kind=next((_WORKS[name] for name in sorted(types(appearance)) if name in _WORKS), None),
    )


def _rating(
    value: Any, location: str, by_id: dict[str, Json], notes: Notes
) -> tuple[str | None, float | None, float | None, float | None, str | None]:
    """The label, value, best and worst of the first rating, and its explanation."""
    ratings, rating_location = [resolved(rating, by_id) for rating in as_list(value)], f"{location}/reviewRating"
    notes.extend(Unused(rating_location, short(rating), f"{FURTHER}: reviewRating") for rating in ratings[1:])
    rating = ratings[0] if ratings else {}
    if not isinstance(rating, dict):
        return values.accepted(values.WORDING, words(rating), rating_location, "rating", notes), None, None, None, None
    _note_unused(rating, _RATING, rating_location, notes)
    label = words(rating.get("alternateName")) or words(rating.get("name"))
    number = words(rating.get("ratingValue"))
    if not label and number and not any(character.isdigit() for character in number):
        label, number = number, ""  # words that stand in the number's field are the label
    rating_value = values.number(number, rating_location, "ratingValue", notes)
    best = values.number(words(rating.get("bestRating")), rating_location, "bestRating", notes)
    worst = values.number(words(rating.get("worstRating")), rating_location, "worstRating", notes)
    if best is not None and worst is not None and worst > best:
        notes.append(Unused(rating_location, f"best {best:g}, worst {worst:g}", UPSIDE_DOWN))
    explanation = words(rating.get("ratingExplanation"))
    explanation = values.accepted(values.WORDING, explanation, rating_location, "ratingExplanation", notes)
    label = values.accepted(values.WORDING, label, rating_location, "alternateName", notes)
    return label, rating_value, best, worst, explanation
