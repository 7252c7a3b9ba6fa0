"""schema.org's ClaimReview, wherever it stands in JSON-LD: a file, a page, a DataFeed, a graph, a list."""

import json
from typing import Any, Final
from urllib.parse import urljoin

from app.imports import jsonld, values
from app.imports.checks import FactCheck, Json, Notes, Party, Unused, Work, short
from app.imports.jsonld import addresses, many, resolved, types, words
from app.imports.report_lines import site_of
from app.schemas import urls

NONE: Final = "no ClaimReview in it"
NO_CLAIM: Final = "a review that does not say of which claim"
NO_URL: Final = "a review without an address that can be kept"
NO_RULE: Final = "a property that is not used"
FURTHER: Final = "only the first of several is used"
UPSIDE_DOWN: Final = "rating: the worst is above the best; kept as it is given"
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
    """From JSON, or from a page that embeds it; `base`: the address that relative ones start from."""
    if text.lstrip("\ufeff \t\r\n").startswith("<"):
        roots, told = jsonld.in_page(text, notes)
        base = urljoin(base or "", told) if told else base
    else:
        roots = jsonld.parsed(text, "", notes)
    noted, found, reviews = len(notes), list[FactCheck](), 0
    for n, root in enumerate(jsonld.plain(root) for root in roots):
        nodes = list(jsonld.objects(root))
        by_id: dict[str, Json] = {}
        for _, node in nodes:
            if isinstance(name := node.get("@id"), str) and node.keys() - {"@id", "@type"}:
                by_id.setdefault(name, node)
        for where, node in nodes:
            if "ClaimReview" in types(node) and (node.keys() - {"@id", "@type", "@context"}):
                reviews += 1
                check = _check(node, f"[{n}]{where}" if len(roots) > 1 else where, by_id, base, notes)
                found += [check] if check else []
    if not reviews and len(notes) == noted:
        notes.append(Unused(base or "", short(text), NONE))
    return found


def _check(node: Json, where: str, by_id: dict[str, Json], base: str | None, notes: Notes) -> FactCheck | None:
    url = _url(addresses(node.get("url")) + addresses(node.get("mainEntityOfPage")) + addresses(node.get("@id")), base)
    items = [resolved(one, by_id) for one in many(node.get("itemReviewed"))]
    reviewed = words(node.get("claimReviewed")) or next((found for one in items if (found := _proposition(one))), "")
    claim = values.taken(values.PROSE, reviewed, where, "claimReviewed", notes)
    if url is None or claim is None:
        told = short(json.dumps(node, ensure_ascii=False))
        notes.append(Unused(where, told, NO_URL if url is None else NO_CLAIM))
        return None
    _note_rest(node, _REVIEW, where, notes)
    title = values.taken(values.NAME, words(node.get("headline")) or words(node.get("name")), where, "title", notes)
    tag = _tag(node.get("inLanguage"))
    reviewer, byline = _reviewer(node, url, where, by_id, notes)
    label, value, best, worst, explanation = _rating(node.get("reviewRating"), where, by_id, notes)
    claimants, said, works = _items(items, where, by_id, base or url, notes)
    return FactCheck(
        where=where,
        url=url,
        claim=claim,
        reviewer=reviewer,
        title=title,
        byline=byline,
        language=values.language(tag, title or "", where, "inLanguage of the title", notes),
        published=_when(node.get("datePublished"), where, "datePublished", notes),
        claim_language=values.language(tag, claim, where, "inLanguage of the claim", notes),
        claimants=claimants,
        said=said,
        appearances=works,
        label=label,
        value=value,
        best=best,
        worst=worst,
        explanation=explanation or values.taken(values.WORDING, words(node.get("reviewBody")), where, "body", notes),
    )


def _url(given: list[str], base: str | None) -> str | None:
    """The first that can be kept; relative ones are the page's."""
    for one in [*given, *([base] if base and not given else [])]:
        try:
            return urls.check(urljoin(base or "", one))
        except ValueError:
            continue
    return None


def _proposition(item: Any) -> str:
    """What a Claim says. The name of any other work is its title."""
    return (words(item.get("text")) or words(item.get("name"))) if "Claim" in types(item) else ""


def _tag(given: Any) -> str:
    """A language's tag, or of a Language object its `alternateName`."""
    first = next(iter(many(given)), "")
    return words(first.get("alternateName") or first.get("name")) if isinstance(first, dict) else words(first)


def _when(given: Any, where: str, field: str, notes: Notes) -> str | None:
    several = many(given)
    if len(several) > 1:
        notes.append(Unused(f"{where}/{field}", short(several), f"{FURTHER}: {field}"))
    return values.when(words(several[:1]), where, field, notes)


def _note_rest(node: Json, used: set[str], where: str, notes: Notes) -> None:
    notes.extend(
        Unused(f"{where}/{name}", short(json.dumps(value, ensure_ascii=False)), f"{NO_RULE}: {name}")
        for name, value in node.items()
        if name not in used | _MACHINERY and value not in (None, "", [], {})
    )


# --- who --------------------------------------------------------------------------------------------------------------


def _party(given: Any, where: str, by_id: dict[str, Json], notes: Notes) -> Party | None:
    """A Person, an Organization, or a name alone; None: without a name."""
    node = resolved(given, by_id)
    name = values.taken(values.NAME, words(node), where, "name", notes)
    if name is None or not isinstance(node, dict):
        return Party(name) if name else None
    _note_rest(node, _PARTY, where, notes)
    told = [one for one in addresses(node.get("url")) + addresses(node.get("sameAs")) if urls_ok(one)]
    kind = next((_KINDS[one] for one in sorted(types(node)) if one in _KINDS), None)
    role = values.taken(values.NAME, words(node.get("jobTitle")), where, "jobTitle", notes)
    return Party(name, kind, told[0] if told else None, role)


def urls_ok(url: str) -> bool:
    try:
        urls.check(url)
    except ValueError:
        return False
    return True


def _reviewer(node: Json, url: str, where: str, by_id: dict[str, Json], notes: Notes) -> tuple[Party, str | None]:
    """The organisation that reviewed it, and whose name stands under it.

    A person who writes for a publisher is the byline; who has no name is called by the site's.
    """
    authors = [resolved(one, by_id) for one in many(node.get("author"))]
    publishers = [resolved(one, by_id) for one in many(node.get("publisher"))]
    people = [one for one in authors if "Person" in types(one)]
    bodies = [one for one in authors if one not in people] + publishers
    chosen = (bodies or people or [{}])[0]
    party = _party(chosen, f"{where}/author", by_id, notes)
    if party is None:
        home = next((one for one in addresses(chosen) if urls_ok(one)), None)
        party = Party(site_of(home or url), None, home)
    others = [one for one in bodies[1:] if words(one) not in ("", party.name)]
    notes.extend(Unused(f"{where}/author", short(words(one)), f"{FURTHER}: reviewer") for one in others)
    byline = ", ".join(name for one in people if (name := words(one)) and one is not chosen)
    kind = party.kind or (None if chosen in people else "outlet")
    return Party(party.name, kind, party.url, party.role), values.taken(values.NAME, byline, where, "byline", notes)


# --- what was reviewed ------------------------------------------------------------------------------------------------


def _items(
    items: list[Any], where: str, by_id: dict[str, Json], base: str, notes: Notes
) -> tuple[list[Party], str | None, list[Work]]:
    """Who made the claim, when, and where it appeared: as a Claim tells it, or the work in which it was made."""
    claimants, works, said = list[Party](), dict[str, Work](), None
    for item in items:
        at = f"{where}/itemReviewed"
        if not isinstance(item, dict):
            notes.append(Unused(at, short(item), f"{NO_RULE}: itemReviewed that is no object"))
            continue
        _note_rest(item, _ITEM, at, notes)
        for author in many(item.get("author") or item.get("creator")):
            party = _party(author, f"{at}/author", by_id, notes)
            if party is None:
                notes.append(Unused(f"{at}/author", short(json.dumps(author, ensure_ascii=False)), NO_NAME))
            elif party not in claimants:
                claimants.append(party)
        said = said or _when(item.get("datePublished"), at, "datePublished", notes)
        places = _places(item, said, at, notes)
        for place in places:
            work = _work(resolved(place, by_id), at, base, notes)
            if work is not None:
                works.setdefault(urls.canonical(work.url), work)
    return claimants, said, list(works.values())


def _places(item: Json, said: str | None, where: str, notes: Notes) -> list[Any]:
    """Where it appeared. A work that is no Claim is itself where the claim was made: its date is the document's."""
    places = [*many(item.get("firstAppearance")), *many(item.get("appearance")), *many(item.get("itemReviewed"))]
    given = addresses(item.get("url"))
    if "Claim" in types(item):
        if given:
            notes.append(Unused(f"{where}/url", short(given), f"{NO_RULE}: the address of a Claim itself"))
    elif given:
        places.append(item | {"published": said})
    elif title := words(item.get("name")):
        notes.append(Unused(f"{where}/name", short(title), f"{NO_RULE}: a work without an address"))
    return places


def _work(place: Any, where: str, base: str, notes: Notes) -> Work | None:
    url = _url(addresses(place)[:1], base) if addresses(place) else None
    if url is None:
        notes.append(
            Unused(where, short(json.dumps(place, ensure_ascii=False)), "appearance: no address that can be kept")
        )
        return None
    if not isinstance(place, dict):
        return Work(url)
    title = values.taken(values.NAME, words(place.get("headline") or place.get("name")), where, "title", notes)
    return Work(
        url=url,
        title=title,
        published=place.get("published") or _when(place.get("datePublished"), where, "datePublished", notes),
        language=values.language(_tag(place.get("inLanguage")), title or "", where, "inLanguage", notes),
        kind=next((_WORKS[one] for one in sorted(types(place)) if one in _WORKS), None),
    )


def _rating(
    given: Any, where: str, by_id: dict[str, Json], notes: Notes
) -> tuple[str | None, float | None, float | None, float | None, str | None]:
    """The label, value, best and worst of the first rating, and its explanation."""
    several, at = [resolved(one, by_id) for one in many(given)], f"{where}/reviewRating"
    notes.extend(Unused(at, short(one), f"{FURTHER}: reviewRating") for one in several[1:])
    rating = several[0] if several else {}
    if not isinstance(rating, dict):
        return values.taken(values.WORDING, words(rating), at, "rating", notes), None, None, None, None
    _note_rest(rating, _RATING, at, notes)
    label = words(rating.get("alternateName")) or words(rating.get("name"))
    told = words(rating.get("ratingValue"))
    if not label and told and not any(one.isdigit() for one in told):
        label, told = told, ""  # words, where a number belongs
    value = values.number(told, at, "ratingValue", notes)
    best = values.number(words(rating.get("bestRating")), at, "bestRating", notes)
    worst = values.number(words(rating.get("worstRating")), at, "worstRating", notes)
    if best is not None and worst is not None and worst > best:
        notes.append(Unused(at, f"best {best:g}, worst {worst:g}", UPSIDE_DOWN))
    why = values.taken(values.WORDING, words(rating.get("ratingExplanation")), at, "ratingExplanation", notes)
    return values.taken(values.WORDING, label, at, "alternateName", notes), value, best, worst, why
