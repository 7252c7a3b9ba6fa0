"""What a review is of: who made the claim, when and where, by a Claim or by the work in which it was made."""

import json
from dataclasses import replace
from typing import Any, Final

from app.imports import evidence, jsonld, values
from app.imports.checks import Json, Notes, Party, Unused, Work, short
from app.imports.jsonld import as_list, resolved, types
from app.schemas import urls
from app.texts import folding

NO_RULE: Final = "a property that is not used"
FURTHER: Final = "only the first of several is used"
NO_WORK_URL: Final = "appearance: no address that can be kept"
NO_NAME: Final = "claimant: an author without a name"
OTHER_WORDS: Final = "claim: the reviewed work words it otherwise; as the review has it"
WHICH: Final = "a reviewed work of a review of several claims: which of them is its own is not told"
OTHER_TIME: Final = "the claim's date: another reviewed work has an earlier one in the list, which is taken"

_KINDS: Final = {
    "Person": "person", "NewsMediaOrganization": "outlet", "GovernmentOrganization": "authority",
    "Corporation": "company", "NGO": "ngo",
}  # fmt: skip
_WORKS: Final = {
    "VideoObject": "video", "ImageObject": "image", "AudioObject": "audio", "SocialMediaPosting": "post",
    "Article": "article", "NewsArticle": "article", "Report": "report", "Dataset": "dataset",
}  # fmt: skip
_MACHINERY: Final = {"@context", "@type", "@id", "type", "id"}
_ITEM: Final = {
    "author", "creator", "datePublished", "appearance", "firstAppearance", "url", "contentUrl", "text", "name",
    "itemReviewed",
}  # fmt: skip
_APPEARANCE: Final = {"url", "contentUrl", "headline", "name", "datePublished", "inLanguage"}
_PARTY: Final = {"name", "url", "sameAs", "jobTitle"}


def note_unused(node: Json, used: set[str], location: str, notes: Notes) -> None:
    notes.extend(
        Unused(f"{location}/{name}", short(json.dumps(value, ensure_ascii=False)), f"{NO_RULE}: {name}")
        for name, value in node.items()
        if name not in used | _MACHINERY and value not in (None, "", [], {})
    )


def first_text(value: Any, location: str, field: str, notes: Notes) -> str:
    """The first text of a value, where there is room for one; the others are noted."""
    texts = jsonld.texts(value)
    notes.extend(Unused(f"{location}/{field}", short(text), f"{FURTHER}: {field}") for text in texts[1:])
    return texts[0] if texts else ""


def first_time(value: Any, location: str, field: str, notes: Notes, *, of_page: bool = False) -> str | None:
    return values.coarse_time(first_text(value, location, field, notes), location, field, notes, of_page=of_page)


def language_tag(value: Any) -> str:
    """The tag of a language: a text, or the `alternateName` of a Language object."""
    first = next(iter(as_list(value)), "")
    return (
        jsonld.words(first.get("alternateName") or first.get("name"))
        if isinstance(first, dict)
        else jsonld.words(first)
    )


def party(value: Any, location: str, by_id: dict[str, Json], notes: Notes) -> Party | None:
    """A Person, an Organization, or a name alone; None: without a name."""
    node = resolved(value, by_id)
    words = first_text(node.get("name") or node.get("text"), location, "name", notes) if isinstance(node, dict) else ""
    name = values.accepted(values.NAME, words or jsonld.words(node), location, "name", notes)
    if name is None or not isinstance(node, dict):
        return Party(name) if name else None
    note_unused(node, _PARTY, location, notes)
    pages = jsonld.addresses(node.get("url")) + jsonld.addresses(node.get("sameAs"))
    kind = next((_KINDS[name] for name in sorted(types(node)) if name in _KINDS), None)
    job = first_text(node.get("jobTitle"), location, "jobTitle", notes)
    role = values.accepted(values.NAME, job, location, "jobTitle", notes)
    return Party(name, kind, evidence.first(pages, location, "the address of a source", notes), role)


def claims_of(node: Json, works: list[Any], location: str, notes: Notes) -> list[tuple[str, list[Any]]]:
    """Each claim that is reviewed, with the works that are of it."""
    reviewed = jsonld.texts(node.get("claimReviewed"))
    worded = [(_proposition(work), work) for work in works]
    if not reviewed:
        reviewed = list(dict.fromkeys(words for words, _ in worded if words))
    if len(reviewed) == 1:
        notes.extend(
            Unused(f"{location}/itemReviewed", short(words), OTHER_WORDS)
            for words, _ in worded
            if words and folding.whole(words) != folding.whole(reviewed[0])
        )
        return [(reviewed[0], works)]
    of_claim: dict[str, list[Any]] = {folding.whole(claim): [] for claim in reviewed}
    for words, work in worded:
        if folding.whole(words) in of_claim:
            of_claim[folding.whole(words)].append(work)
        elif len(works) == 1 and not words:
            return [(claim, works) for claim in reviewed]
        else:
            notes.append(Unused(f"{location}/itemReviewed", short(json.dumps(work, ensure_ascii=False)), WHICH))
    return [(claim, of_claim[folding.whole(claim)]) for claim in reviewed]


def _proposition(work: Any) -> str:
    """What a Claim says; empty for other works, whose name is a title."""
    return (jsonld.words(work.get("text")) or jsonld.words(work.get("name"))) if "Claim" in types(work) else ""


def reviewed_items(works_reviewed: list[Any], location: str, by_id: dict[str, Json], notes: Notes) -> Json:
    """Who made the claim (`claimants`), when it was `said`, and its `appearances`."""
    claimants, works, said = list[Party](), dict[str, Work](), None
    for reviewed_work in works_reviewed:
        item_location = f"{location}/itemReviewed"
        if not isinstance(reviewed_work, dict):
            notes.append(Unused(item_location, short(reviewed_work), f"{NO_RULE}: itemReviewed that is no object"))
            continue
        note_unused(reviewed_work, _ITEM, item_location, notes)
        for author in as_list(reviewed_work.get("author") or reviewed_work.get("creator")):
            claimant = party(author, f"{item_location}/author", by_id, notes)
            if claimant is None:
                notes.append(Unused(f"{item_location}/author", short(json.dumps(author, ensure_ascii=False)), NO_NAME))
            elif claimant not in claimants:
                claimants.append(claimant)
        time = first_time(reviewed_work.get("datePublished"), item_location, "datePublished", notes)
        if said and time not in (None, said):
            notes.append(Unused(item_location, str(time), OTHER_TIME))
        said = said or time
        for work in _appearances(reviewed_work, time, item_location, by_id, notes):
            works.setdefault(urls.canonical(work.url), work)
    return {"claimants": claimants, "said": said, "appearances": list(works.values())}


def _appearances(work: Json, time: str | None, location: str, by_id: dict[str, Json], notes: Notes) -> list[Work]:
    """Where the claim appeared. A work that is no Claim is itself such a place; its date is the document's, too."""
    appearances = [
        work_of_place
        for name in ("firstAppearance", "appearance", "itemReviewed")
        for appearance in as_list(work.get(name))
        for work_of_place in _places(resolved(appearance, by_id), location, notes)
    ]
    own_urls = jsonld.addresses(work.get("url")) or jsonld.addresses(work.get("contentUrl"))
    if "Claim" in types(work):
        notes.extend(Unused(f"{location}/url", url, f"{NO_RULE}: the address of a Claim itself") for url in own_urls)
    elif own_urls:
        published = values.coarse_time(time, location, "datePublished of the page", notes, of_page=True)
        appearances += [replace(page, published=published) for page in _places(work, location, notes, noted=True)]
    elif title := jsonld.words(work.get("name")):
        notes.append(Unused(f"{location}/name", short(title), f"{NO_RULE}: a work without an address"))
    return appearances


def _places(appearance: Any, location: str, notes: Notes, *, noted: bool = False) -> list[Work]:
    """A work for each of its addresses; `noted`: what of its properties is not used is noted already, and its date."""
    urls_given = _urls_of(appearance, location, notes) if isinstance(appearance, dict) else jsonld.addresses(appearance)
    pages = evidence.absolute(urls_given, location, "appearance", notes)
    if not urls_given:
        notes.append(Unused(location, short(json.dumps(appearance, ensure_ascii=False)), NO_WORK_URL))
    if not pages or not isinstance(appearance, dict):
        return [Work(page) for page in pages]
    if not noted:
        note_unused(appearance, _APPEARANCE, location, notes)
    time = (
        None if noted else first_time(appearance.get("datePublished"), location, "datePublished", notes, of_page=True)
    )
    name = first_text(appearance.get("headline") or appearance.get("name"), location, "title", notes)
    title = values.accepted(values.NAME, name, location, "title", notes)
    language = values.language(language_tag(appearance.get("inLanguage")), title or "", location, "inLanguage", notes)
    kind = next((_WORKS[name] for name in sorted(types(appearance)) if name in _WORKS), None)
    return [Work(page, title, time, language, kind) for page in pages]


def _urls_of(appearance: Json, location: str, notes: Notes) -> list[str]:
    """Its addresses: of its page, else of its file, else its name as a node."""
    pages, files = jsonld.addresses(appearance.get("url")), jsonld.addresses(appearance.get("contentUrl"))
    if pages:
        notes.extend(Unused(location, url, f"{NO_RULE}: contentUrl") for url in files if url not in pages)
    return pages or files or jsonld.addresses(appearance.get("@id"))
