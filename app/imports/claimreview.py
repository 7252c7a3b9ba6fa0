"""Fact-checks in schema.org's ClaimReview: JSON-LD of a file or page, a DataFeed, a graph, a list; microdata, RDFa."""

import json
from typing import Any, Final
from urllib.parse import urljoin

from app.imports import evidence, jsonld, markup, trees, values, works
from app.imports.checks import FactCheck, Json, Notes, Party, Unused, short
from app.imports.jsonld import as_list, resolved, types, words
from app.imports.report_lines import site_of
from app.imports.works import FURTHER, first_text, first_time, language_tag, note_unused, party
from app.schemas.pages import page_keys
from app.texts import folding

NONE: Final = "no ClaimReview in it"
NO_CLAIM: Final = "a review that does not say of which claim"
NO_URL: Final = "a review without an address that can be kept"
UPSIDE_DOWN: Final = "rating: the worst is above the best; kept as it is given"
RELATIVE: Final = "url: a relative address of a review; taken as one of the page it stands in"
TWICE: Final = "a review in the page's markup that stands in its JSON-LD, too, which is taken"

_REVIEW: Final = {
    "url", "mainEntityOfPage", "claimReviewed", "itemReviewed", "author", "publisher", "reviewRating", "datePublished",
    "headline", "name", "inLanguage", "reviewBody",
}  # fmt: skip
_RATING: Final = {"alternateName", "ratingValue", "bestRating", "worstRating", "ratingExplanation", "name"}


def read(text: str, notes: Notes, base: str | None = None) -> list[FactCheck]:
    """Every review in JSON, or in a page that embeds it; `base`: what its own relative address is resolved against."""
    notes_before, checks = len(notes), list[FactCheck]()
    if text.lstrip("\ufeff \t\r\n").startswith("<"):
        tree = trees.parsed(text)
        if tree is not None:
            base = _address_of(tree, base)
            checks = _checks(jsonld.in_page(tree, notes), "", base, notes)
            checks += _of_markup(tree, base, checks, notes)
    else:
        checks = _checks(jsonld.parsed(text, "", notes), "", base, notes)
    if not checks and len(notes) == notes_before:
        notes.append(Unused(base or "", short(text), NONE))
    return checks


def _address_of(tree: trees.Tree, base: str | None) -> str | None:
    """What the page's relative addresses are resolved against; a page that was saved may still name its own."""
    base_of_page = tree.find(".//base[@href]")
    if base_of_page is not None:
        return str(urljoin(base or "", base_of_page.get("href")))
    own_names = tree.xpath("//link[@rel='canonical']/@href | //meta[@property='og:url']/@content")
    return base or next((name.strip() for name in own_names if evidence.is_valid(name.strip())), None)


def _of_markup(tree: trees.Tree, base: str | None, checks: list[FactCheck], notes: Notes) -> list[FactCheck]:
    """The reviews in a page's microdata and RDFa that are not among the checks."""
    known_keys, added = {(page_keys.key(check.url), folding.whole(check.claim)) for check in checks}, list[FactCheck]()
    for syntax, roots in (("microdata", markup.microdata(tree)), ("RDFa", markup.rdfa(tree))):
        own_notes: Notes = []
        for check in _checks(jsonld.shallow(roots, syntax, notes), syntax, base, own_notes):
            key = page_keys.key(check.url), folding.whole(check.claim)
            if key in known_keys:
                notes.append(Unused(check.where, short(check.claim), TWICE))
                own_notes = [note for note in own_notes if not note.where.startswith(check.where)]
            else:
                known_keys.add(key)
                added.append(check)
        notes += own_notes
    return added


def _checks(roots: list[Any], syntax: str, base: str | None, notes: Notes) -> list[FactCheck]:
    checks = list[FactCheck]()
    for nth, root in enumerate(jsonld.without_prefixes(root) for root in roots):
        nodes = list(jsonld.objects(root))
        by_id: dict[str, Json] = {}
        for _, node in nodes:
            if isinstance(name := node.get("@id"), str) and node.keys() - {"@id", "@type"}:
                by_id.setdefault(name, node)
        for location, node in nodes:
            if "ClaimReview" in types(node) and (node.keys() - {"@id", "@type", "@context"}):
                prefix = f"{syntax}[{nth}]" if len(roots) > 1 or syntax else ""
                checks += _of_node(node, f"{prefix}{location}", by_id, base, notes)
    return checks


def _of_node(node: Json, location: str, by_id: dict[str, Json], base: str | None, notes: Notes) -> list[FactCheck]:
    """A fact-check for each claim that the review is of."""
    url = _own_url(node, location, base, notes)
    works_reviewed = [resolved(work, by_id) for work in as_list(node.get("itemReviewed"))]
    claims = [
        (accepted, works_of_claim)
        for claim, works_of_claim in works.claims_of(node, works_reviewed, location, notes)
        if (accepted := values.accepted(values.PROSE, claim, location, "claimReviewed", notes))
    ]
    if url is None or not claims:
        beginning = short(json.dumps(node, ensure_ascii=False))
        notes.append(Unused(location, beginning, NO_URL if url is None else NO_CLAIM))
        return []
    note_unused(node, _REVIEW, location, notes)
    name, title = words(node.get("name")), first_text(node.get("headline"), location, "headline", notes)
    if (
        title
        and name
        and folding.whole(name) not in (folding.whole(title), *(folding.whole(claim) for claim, _ in claims))
    ):
        notes.append(Unused(f"{location}/name", short(name), f"{FURTHER}: title"))
    title = values.accepted(values.NAME, title or name, location, "title", notes)
    tag = language_tag(node.get("inLanguage"))
    reviewer, byline = _reviewer(node, url, location, by_id, notes)
    label, value, best, worst, explanation = _rating(node.get("reviewRating"), location, by_id, notes)
    body = first_text(node.get("reviewBody"), location, "reviewBody", notes)
    if explanation and body and folding.whole(body) != folding.whole(explanation):
        notes.append(
            Unused(f"{location}/reviewBody", short(body), f"{works.NO_RULE}: reviewBody beside an explanation")
        )
    explanation = explanation or values.accepted(values.WORDING, body, location, "body", notes)
    language = values.language(tag, title or "", location, "inLanguage of the title", notes)
    published = first_time(node.get("datePublished"), location, "datePublished", notes, of_page=True)
    return [
        FactCheck(
            where=location,
            url=url,
            claim=claim,
            reviewer=reviewer,
            title=title,
            byline=byline,
            language=language,
            published=published,
            claim_language=values.language(tag, claim, location, "inLanguage of the claim", notes),
            **works.reviewed_items(works_of_claim, location, by_id, [] if works_of_claim is earlier else notes),
            label=label,
            value=value,
            best=best,
            worst=worst,
            explanation=explanation,
        )
        # What is not used of works that several claims have in common is noted once.
        for (claim, works_of_claim), (_, earlier) in zip(claims, [("", None), *claims], strict=False)
    ]


def _own_url(node: Json, location: str, base: str | None, notes: Notes) -> str | None:
    """The review's page: the first address that the service takes; without a candidate, the base.

    A relative one is the site's own, and resolved against the base. Further pages are noted.
    """
    candidates = [
        part
        for name in ("url", "mainEntityOfPage", "@id")
        for text in jsonld.addresses(node.get(name))
        for part in evidence.parted(text)
    ]
    chosen: str | None = None
    for candidate in candidates or [base or ""]:
        resolved_url = urljoin(base or "", candidate)
        if not evidence.is_valid(resolved_url):
            continue
        if chosen is None:
            chosen = resolved_url
            if candidate != resolved_url and not evidence.is_valid(candidate):
                notes.append(Unused(f"{location}/url", short(candidate), RELATIVE))
        elif evidence.is_valid(candidate) and page_keys.key(candidate) != page_keys.key(chosen):
            notes.append(Unused(f"{location}/url", short(candidate), f"{FURTHER}: url"))
    return chosen


# --- who --------------------------------------------------------------------------------------------------------------


def _reviewer(node: Json, url: str, location: str, by_id: dict[str, Json], notes: Notes) -> tuple[Party, str | None]:
    """The organisation that reviewed the claim, and the byline.

    The byline names people who write for an organisation. A reviewer without a name is called by its site.
    """
    authors = [resolved(author, by_id) for author in as_list(node.get("author"))]
    publishers = [resolved(publisher, by_id) for publisher in as_list(node.get("publisher"))]
    people = [author for author in authors if "Person" in types(author)]
    bodies = [author for author in authors if author not in people] + publishers
    chosen = (bodies or people or [{}])[0]
    body = party(chosen, f"{location}/author", by_id, notes)
    if body is None:
        home = next((address for address in jsonld.addresses(chosen) if evidence.is_valid(address)), None)
        body = Party(site_of(home or url), None, home)
    unused = [name for further_body in bodies[1:] if (name := words(further_body)) not in ("", body.name)]
    notes.extend(Unused(f"{location}/author", short(name), f"{FURTHER}: reviewer") for name in unused)
    byline = ", ".join(name for person in people if (name := words(person)) and person is not chosen)
    kind = body.kind or (None if chosen in people else "outlet")
    reviewer = Party(body.name, kind, body.url, body.role)
    return reviewer, values.accepted(values.NAME, byline, location, "byline", notes)


# --- the rating ------------------------------------------------------------------------------------------------------


def _rating(
    value: Any, location: str, by_id: dict[str, Json], notes: Notes
) -> tuple[str | None, float | None, float | None, float | None, str | None]:
    """The label, value, best and worst of the first rating, and its explanation."""
    ratings, rating_location = [resolved(rating, by_id) for rating in as_list(value)], f"{location}/reviewRating"
    notes.extend(Unused(rating_location, short(rating), f"{FURTHER}: reviewRating") for rating in ratings[1:])
    rating = ratings[0] if ratings else {}
    if not isinstance(rating, dict):
        return values.accepted(values.WORDING, words(rating), rating_location, "rating", notes), None, None, None, None
    note_unused(rating, _RATING, rating_location, notes)
    label = first_text(rating.get("alternateName"), rating_location, "alternateName", notes)
    name = first_text(rating.get("name"), rating_location, "name", notes)
    if label and name and folding.whole(name) != folding.whole(label):
        notes.append(Unused(f"{rating_location}/name", short(name), f"{FURTHER}: alternateName"))
    label = label or name
    number = words(rating.get("ratingValue"))
    if not label and number and not any(character.isdigit() for character in number):
        label, number = number, ""  # words that stand in the number's field are the label
    rating_value = values.number(number, rating_location, "ratingValue", notes)
    best = values.number(words(rating.get("bestRating")), rating_location, "bestRating", notes)
    worst = values.number(words(rating.get("worstRating")), rating_location, "worstRating", notes)
    if best is not None and worst is not None and worst > best:
        notes.append(Unused(rating_location, f"best {best:g}, worst {worst:g}", UPSIDE_DOWN))
    explanation = first_text(rating.get("ratingExplanation"), rating_location, "ratingExplanation", notes)
    explanation = values.accepted(values.WORDING, explanation, rating_location, "ratingExplanation", notes)
    label = values.accepted(values.WORDING, label, rating_location, "alternateName", notes)
    return label, rating_value, best, worst, explanation
