"""Fact-checks as reports: one for each page of reviews, on an event of its own or on one that is named.

Nothing is made up: where no claimant is named, there is no source, and the statements are the documents' own.
"""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from pydantic import ValidationError

from app.imports import ratings, speakers
from app.imports.checks import FactCheck, Json, Notes, Party, Unused, Work, short
from app.schemas.pages import page_keys
from app.schemas.reports import ReportCreate
from app.texts import folding, languages
from app.texts.who import descriptions
from app.vocabulary import NAME_CHARACTERS

AGAIN: Final = "the same fact-check again"
RATED_TWICE: Final = "another rating of the same claim by the same page on the same day: the first is kept"
OWN_HEADLINE: Final = "claim: it is the review's own headline, and may be the finding; taken as it is given"
PLATFORM: Final = "claimant: a site where anybody may post, not somebody; no source is made of it"
LONG: Final = "rating: longer than a label may be; its words stand, whole, in the explanation"
NOBODY: Final = "claimant: a description that names nobody; the pages where the claim appeared speak for themselves"
NOBODY_HERE: Final = "claimant: a description that names nobody; kept as an unnamed source of this page"
NOBODY_URL: Final = "claimant: the address of one that names nobody"
UNSAID: Final = "the claim's date: nobody is named who said it, and no page where it appeared"
NAMELESS: Final = "reviewer: not named; called as it mostly is, or by its site"
OTHER_TITLE: Final = "title: the page has another one above; the first is kept"
NOT_VALID: Final = "the report as a whole is not valid"
OTHER_OF_PAGE: Final = "the page has another one, which is kept"
TAGS: Final = "tags: of an event that is named, and has its own"
ITSELF: Final = "appearance: it is the review's own page"


def compose(
    checks: Sequence[FactCheck],
    notes: Notes,
    *,
    event: str | None = None,
    added_ratings: Mapping[str, str] | None = None,
) -> Iterator[Json]:
    """Lines of NDJSON, a report for each page, in the order of the input.

    `event`: the address of an event that all of it is about; without it, each page has an event of its own.
    `added_ratings`: additions to the table of ratings, by folded words.
    """
    checks = _events_agreed(_kinds_agreed(_names_agreed(checks, notes)))
    pages: dict[str, list[FactCheck]] = defaultdict(list)
    for check in checks:
        pages[page_keys.key(check.url)].append(check)
    titles = _titles(checks)
    for page, checks_of_page in pages.items():
        line = _report(page, checks_of_page, notes, titles=titles, event=event, added_ratings=added_ratings or {})
        yield from _valid(line, checks_of_page[0].where, notes)


def _valid(line: Json, location: str, notes: Notes) -> Iterator[Json]:
    """The line, if the service would take it: the values were checked one by one, this checks them together."""
    try:
        ReportCreate.model_validate({name: value for name, value in line.items() if name != "type"})
    except ValidationError as error:
        for fault in error.errors():
            pointer = "/".join(str(part) for part in fault["loc"])
            notes.append(Unused(location, short(f"/{pointer}: {fault['msg']}"), NOT_VALID))
    else:
        yield line


# --- what is agreed over all of the input -----------------------------------------------------------------------------


def site_of(url: str) -> str:
    """The host without `www.`: of `https://www.news.example/1`, `news.example`."""
    return re.sub(r"^https?://(www\.)?([^/?#:]+).*", r"\2", url, flags=re.DOTALL | re.IGNORECASE).casefold()


def _names_agreed(checks: Sequence[FactCheck], notes: Notes) -> list[FactCheck]:
    """A reviewer without a name is called as its site's reviews mostly are: a second name would be a second source."""
    names: dict[str, Counter[str]] = defaultdict(Counter)
    for check in checks:
        names[site_of(check.reviewer.url or check.url)][check.reviewer.name] += 1
    agreed = []
    for check in checks:
        site = site_of(check.reviewer.url or check.url)
        usual_name = next((name for name, _ in names[site].most_common() if name != site), site)
        nameless = check.reviewer.name == site and not speakers.is_platform(site)
        if nameless:
            notes.append(Unused(check.where, site, NAMELESS))
        agreed.append(replace(check, reviewer=replace(check.reviewer, name=usual_name)) if nameless else check)
    return agreed


def _kinds_agreed(checks: Sequence[FactCheck]) -> list[FactCheck]:
    """A claimant whose check tells no kind has the one that others of the run tell of the name, where that is one."""
    kinds: dict[str, set[str]] = defaultdict(set)
    for party in (party for check in checks for party in (*check.claimants, check.reviewer)):
        kinds[folding.name(party.name)] |= {party.kind} if party.kind else set()
    agreed = {name: min(names) for name, names in kinds.items() if len(names) == 1}
    return [
        replace(
            check,
            claimants=[
                party if party.kind else replace(party, kind=agreed.get(folding.name(party.name)))
                for party in check.claimants
            ],
        )
        for check in checks
    ]


def _events_agreed(checks: Sequence[FactCheck]) -> list[FactCheck]:
    """A claim of a page that hangs on another page's event does so in every check of that page."""
    hung = {_about(check): check.hangs_on for check in checks if check.hangs_on}
    return [replace(check, hangs_on=hung.get(_about(check))) for check in checks]


def _about(check: FactCheck) -> tuple[str, str]:
    return page_keys.key(check.url), folding.whole(check.claim)


def _titles(checks: Sequence[FactCheck]) -> dict[str, tuple[str, str | None]]:
    """The title and language of each page's event: the claim, or the page's title where it has several claims."""
    claims: dict[str, dict[str, FactCheck]] = defaultdict(dict)
    for check in checks:
        claims[_page(check)].setdefault(folding.whole(check.claim), check)
    titles = {}
    for page, checks_by_claim in claims.items():
        first = next(iter(checks_by_claim.values()))
        page_title = first.title if len(checks_by_claim) > 1 else None
        titles[page] = (page_title, first.language) if page_title else (first.claim, first.claim_language)
    return titles


def _page(check: FactCheck) -> str:
    return page_keys.key(check.hangs_on or check.url)


# --- one page ---------------------------------------------------------------------------------------------------------


def _stem(*parts: str | None) -> str:
    """A ref that is the same whenever the same page is imported."""
    digest = hashlib.sha256("\n".join(part or "" for part in parts).encode()).hexdigest()
    return f"factcheck:{digest[:24]}"


def _known(**fields: object) -> Json:
    return {name: value for name, value in fields.items() if value is not None and value not in ("", [])}


def _party(party: Party) -> Json:
    return _known(name=party.name, kind=party.kind, role=party.role, url=party.url)


def _report(
    page: str,
    checks: Sequence[FactCheck],
    notes: Notes,
    *,
    titles: Mapping[str, tuple[str, str | None]],
    event: str | None,
    added_ratings: Mapping[str, str],
) -> Json:
    first = checks[0]
    events: dict[str, Json] = {}
    noted: set[tuple[str, ...]] = set()
    for check in checks:
        if check.title != first.title:
            notes.append(Unused(check.where, short(check.title), OTHER_TITLE))
        event_line = events.setdefault(event or _page(check), {} if not event else {"event": event})
        if not event_line:
            event_line.update(_event(check, titles[_page(check)]))
        _add_tags(event_line, check, notes, event)
        _add(event_line, check, notes, noted, event=event, added_ratings=added_ratings)
    page_fields = {name: next(filter(None, (getattr(check, name) for check in checks)), None) for name in _OF_PAGE}
    for check in checks:
        notes.extend(
            Unused(check.where, short(getattr(check, name)), f"{name}: {OTHER_OF_PAGE}")
            for name in _OF_PAGE
            if name != "title" and getattr(check, name) not in (None, page_fields[name])
        )
    document = _known(url=first.url, **page_fields, publisher=_party(first.reviewer))
    return {"type": "report", "ref": _stem(page, event), "document": document, "events": list(events.values())}


_OF_PAGE: Final = ("title", "byline", "language", "published", "text")


def _event(check: FactCheck, title_and_language: tuple[str, str | None]) -> Json:
    title, language = title_and_language
    line = " ".join(title.split())
    return _known(
        ref=_stem(_page(check)),
        title=line if len(line) <= NAME_CHARACTERS else f"{line[: NAME_CHARACTERS - 1]}…",
        language=language,
        kind="fact-check",
    )


def _add_tags(event_line: Json, check: FactCheck, notes: Notes, event: str | None) -> None:
    if event and check.tags:
        notes.append(Unused(check.where, short(", ".join(check.tags)), TAGS))
    elif check.tags:
        event_line["tags"] = list(dict.fromkeys([*event_line.get("tags", []), *check.tags]))


def _add(
    event_line: Json,
    check: FactCheck,
    notes: Notes,
    noted: set[tuple[str, ...]],
    *,
    event: str | None,
    added_ratings: Mapping[str, str],
) -> None:
    """Add a fact-check to its event, without what the event has already; `noted`: what of the page's claims is."""
    claims = event_line.setdefault("claims", [])
    words, language = folding.whole(check.claim), check.claim_language
    claim = next((claim for claim in claims if _is_same(claim, words, language)), None)
    if claim is None:
        claim = _known(label=f"#{len(claims) + 1}", text=check.claim, language=language)
        claims.append(claim)
        if check.title and folding.whole(check.title) == words:
            notes.append(Unused(check.where, short(check.claim), OWN_HEADLINE))
    elif language:
        claim.setdefault("language", language)
    statements = _statements(check, notes, noted, (event or _page(check), words))
    added = [statement for statement in statements if statement not in claim.get("statements", [])]
    if added:
        claim.setdefault("statements", []).extend(added)
    assessment, reasons = _assessment(check, claim["label"], added_ratings)
    assessments = event_line.setdefault("assessments", [])
    earlier = next((earlier for earlier in assessments if _key(earlier) == _key(assessment)), None)
    if earlier is None:
        assessments.append(assessment)
        notes.extend(Unused(check.where, short(check.label or check.value), reason) for reason in reasons)
    elif any(earlier.get(name) != assessment.get(name) for name in ("rating", "label", "rating_value")):
        notes.append(Unused(check.where, short(check.label or check.value), RATED_TWICE))
    elif not added:
        notes.append(Unused(check.where, short(check.claim), AGAIN))


def _is_same(claim: Json, words: str, language: str | None) -> bool:
    """A claim without a language is the same as one in any language."""
    claim_language = claim.get("language")
    return folding.whole(claim["text"]) == words and languages.fit(claim_language, language)


def _key(assessment: Json) -> tuple[object, ...]:
    """What two assessments have in common that the service takes for one."""
    return assessment["claim"], assessment["author"]["name"], assessment.get("made")


def _assessment(check: FactCheck, claim: str, added_ratings: Mapping[str, str]) -> tuple[Json, list[str]]:
    """The review as an assessment, and what to note. A label that is too long stands whole in the explanation."""
    rated = ratings.rate(check.label, check.value, check.best, check.worst, added_ratings)
    long = check.label is not None and len(check.label) > NAME_CHARACTERS
    assessment = _known(
        claim=claim,
        author=_party(check.reviewer),
        scheme="claimreview",
        rating=rated.rating,
        label=None if long else check.label,
        rating_value=check.value,
        best_rating=check.best,
        worst_rating=check.worst,
        explanation="\n\n".join(filter(None, (check.label if long else None, check.explanation))),
        url=check.url,
        language=check.language,
        made=check.published,
    )
    return assessment, [why for why in (rated.why, LONG if long else None) if why]


# --- statements -------------------------------------------------------------------------------------------------------


def _document(work: Work) -> Json:
    return _known(url=work.url, title=work.title, published=work.published, language=work.language, kind=work.kind)


def _statements(check: FactCheck, notes: Notes, noted: set[tuple[str, ...]], claim_key: tuple[str, str]) -> list[Json]:
    """A statement of each claimant in every page where the claim appeared; of the pages' own where nobody is named."""
    own_notes: Notes = []
    works = []
    for work in check.appearances:
        if page_keys.key(work.url) == page_keys.key(check.url):
            own_notes.append(Unused(check.where, short(work.url), ITSELF))
        else:
            works.append(_document(work))
    named, nobody = [], []
    for party in check.claimants:
        unnamed = speakers.is_platform(party.name) or speakers.names_nobody(party.name)
        if unnamed and party.url:
            own_notes.append(Unused(check.where, short(party.url), NOBODY_URL))
        if speakers.is_platform(party.name):
            own_notes.append(Unused(check.where, short(party.name), PLATFORM))
        elif not unnamed:
            named.append(party)
        elif works:
            own_notes.append(Unused(check.where, short(party.name), NOBODY))
        else:
            own_notes.append(Unused(check.where, short(party.name), NOBODY_HERE))
            nobody.append(party)
    statements = [statement for party in named for statement in _by(_party(party), check.said, works, claim_key)]
    if not named:
        statements += [_known(document=work, said=check.said) for work in works]
        statements += [_known(source=_nobody(party), said=check.said) for party in nobody]
    if not statements and check.said:
        own_notes.append(Unused(check.where, check.said, UNSAID))
    # What several reviews of one claim have in common is noted once.
    notes.extend(note for note in own_notes if (*claim_key, note.what, note.why) not in noted)
    noted.update((*claim_key, note.what, note.why) for note in own_notes)
    return statements


def _nobody(party: Party) -> Json:
    """Somebody unknown where the description is of one, else several."""
    return {"name": party.name, "disclosure": descriptions.describes(folding.visible(party.name)) or "group"}


def _by(source: Json, said: str | None, works: Sequence[Json], claim_key: tuple[str, str]) -> Iterator[Json]:
    """A source's statement, once for each document. Without a time, only a ref tells that those are one statement."""
    ref = _stem(*claim_key, folding.name(source["name"])) if works and not said else None
    for work in (*works, None):
        yield _known(ref=ref, source=source, said=said, document=work)
