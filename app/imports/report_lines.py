"""Fact-checks made into reports: one for each page of reviews, on an event of its own or on one that is named.

Never more than what was given: where no claimant is named, no source is made up; the documents speak for themselves.
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
from app.schemas import urls
from app.schemas.reports import ReportCreate
from app.vocabulary import NAME_CHARACTERS

AGAIN: Final = "the same fact-check again"
RATED_TWICE: Final = "another rating of the same claim by the same page on the same day: the first is kept"
OWN_HEADLINE: Final = "claim: it is the review's own headline, and may be the finding; taken as it is given"
PLATFORM: Final = "claimant: a site where anybody may post, not somebody; no source is made of it"
LONG: Final = "rating: longer than a label may be; its words stand, whole, in the explanation"
NOBODY: Final = "claimant: a description that names nobody; the pages where the claim appeared speak for themselves"
NOBODY_URL: Final = "claimant: the address of one that names nobody"
UNSAID: Final = "the claim's date: nobody is named who said it, and no page where it appeared"
NAMELESS: Final = "reviewer: not named; called as it mostly is, or by its site"
OTHER_TITLE: Final = "title: the page has another one above; the first is kept"
ITSELF: Final = "appearance: it is the review's own page"


def compose(
    checks: Sequence[FactCheck], notes: Notes, *, event: str | None = None, own: Mapping[str, str] | None = None
) -> Iterator[Json]:
    """Lines of NDJSON, one for each page, in the order of the input; `event`: the address of one that is there."""
    checks = _events_agreed(_kinds_agreed(_names_agreed(checks, notes)))
    pages: dict[str, list[FactCheck]] = defaultdict(list)
    for check in checks:
        pages[urls.canonical(check.url)].append(check)
    titles = _titles(checks)
    for page, on_it in pages.items():
        yield from _valid(_report(page, on_it, notes, titles=titles, event=event, own=own or {}), on_it[0].where, notes)


def _valid(line: Json, where: str, notes: Notes) -> Iterator[Json]:
    """The line, if the service would take it. Every value was checked before; this holds what they are together."""
    try:
        ReportCreate.model_validate({name: value for name, value in line.items() if name != "type"})
    except ValidationError as error:
        for one in error.errors():
            at = "/".join(str(part) for part in one["loc"])
            notes.append(Unused(where, short(f"/{at}: {one['msg']}"), "the report as a whole is not valid"))
    else:
        yield line


# --- what all of the input tells --------------------------------------------------------------------------------------


def site_of(url: str) -> str:
    """Whose address it is: `www.news.example/1` is news.example's."""
    return re.sub(r"^https?://(www\.)?([^/?#:]+).*", r"\2", url, flags=re.DOTALL | re.IGNORECASE).casefold()


def _names_agreed(checks: Sequence[FactCheck], notes: Notes) -> list[FactCheck]:
    """A reviewer without a name is called as its site's reviews mostly are: a second name would be a second source."""
    names: dict[str, Counter[str]] = defaultdict(Counter)
    for check in checks:
        names[site_of(check.reviewer.url or check.url)][check.reviewer.name] += 1
    agreed = []
    for check in checks:
        site = site_of(check.reviewer.url or check.url)
        called = next((name for name, _ in names[site].most_common() if name != site), site)
        nameless = check.reviewer.name == site and not speakers.is_platform(site)
        if nameless:
            notes.append(Unused(check.where, site, NAMELESS))
        agreed.append(replace(check, reviewer=replace(check.reviewer, name=called)) if nameless else check)
    return agreed


def _kinds_agreed(checks: Sequence[FactCheck]) -> list[FactCheck]:
    """A claimant's kind, where only some tell it; none, where they tell several, for it is one source by its name."""
    kinds: dict[str, set[str]] = defaultdict(set)
    for party in (party for check in checks for party in (*check.claimants, check.reviewer)):
        kinds[party.name.casefold()] |= {party.kind} if party.kind else set()
    only = {name: next(iter(told)) if len(told) == 1 else None for name, told in kinds.items()}
    return [
        replace(check, claimants=[replace(one, kind=only[one.name.casefold()]) for one in check.claimants])
        for check in checks
    ]


def _events_agreed(checks: Sequence[FactCheck]) -> list[FactCheck]:
    """A claim that hangs on another page's event does so wherever its page comes again."""
    hung = {_about(check): check.hangs_on for check in checks if check.hangs_on}
    return [replace(check, hangs_on=hung.get(_about(check))) for check in checks]


def _about(check: FactCheck) -> tuple[str, str]:
    return urls.canonical(check.url), ratings.folded(check.claim)


def _titles(checks: Sequence[FactCheck]) -> dict[str, tuple[str, str | None]]:
    """Of each event of its own the title and its language: the claim; of several claims, the title of their page."""
    claims: dict[str, dict[str, FactCheck]] = defaultdict(dict)
    for check in checks:
        claims[_page(check)].setdefault(ratings.folded(check.claim), check)
    titles = {}
    for page, told in claims.items():
        first = next(iter(told.values()))
        titled = first.title if len(told) > 1 else None
        titles[page] = (titled, first.language) if titled else (first.claim, first.claim_language)
    return titles


def _page(check: FactCheck) -> str:
    return urls.canonical(check.hangs_on or check.url)


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
    own: Mapping[str, str],
) -> Json:
    first = checks[0]
    events: dict[str, Json] = {}
    for check in checks:
        if check.title != first.title:
            notes.append(Unused(check.where, short(check.title), OTHER_TITLE))
        about = events.setdefault(event or _page(check), {} if not event else {"event": event})
        if not about:
            about.update(_event(check, titles[_page(check)]))
        _add(about, check, notes, event, own)
    told = {name: next((one for check in checks if (one := getattr(check, name))), None) for name in _OF_PAGE}
    document = _known(url=first.url, **told, publisher=_party(first.reviewer))
    return {"type": "report", "ref": _stem(page, event), "document": document, "events": list(events.values())}


_OF_PAGE: Final = ("title", "byline", "language", "published", "text")


def _event(check: FactCheck, titled: tuple[str, str | None]) -> Json:
    title, language = titled
    line = " ".join(title.split())
    return _known(
        ref=_stem(_page(check)),
        title=line if len(line) <= NAME_CHARACTERS else f"{line[: NAME_CHARACTERS - 1]}…",
        language=language,
        kind="fact-check",
        tags=list(check.tags),
    )


def _add(about: Json, check: FactCheck, notes: Notes, event: str | None, own: Mapping[str, str]) -> None:
    """Add one fact-check to its event: what of it is there already is not said twice."""
    claims = about.setdefault("claims", [])
    words, tongue = ratings.folded(check.claim), check.claim_language
    claim = next((one for one in claims if _is_same(one, words, tongue)), None)
    new = claim is None
    if claim is None:
        claim = _known(label=f"#{len(claims) + 1}", text=check.claim, language=tongue)
        claims.append(claim)
        if check.title and ratings.folded(check.title) == words:
            notes.append(Unused(check.where, short(check.claim), OWN_HEADLINE))
    elif tongue:
        claim["language"] = tongue
    said = _statements(check, notes, (event or _page(check), words), quiet=not new)
    added = [one for one in said if one not in claim.get("statements", [])]
    if added:
        claim.setdefault("statements", []).extend(added)
    judged, whys = _assessment(check, claim["label"], own)
    before = next((one for one in about.setdefault("assessments", []) if _key(one) == _key(judged)), None)
    if before is None:
        about["assessments"].append(judged)
        notes.extend(Unused(check.where, short(check.label or check.value), why) for why in whys)
    elif _differs(before, judged):
        notes.append(Unused(check.where, short(check.label or check.value), RATED_TWICE))
    elif not added:
        notes.append(Unused(check.where, short(check.claim), AGAIN))


def _is_same(claim: Json, words: str, language: str | None) -> bool:
    """A claim whose language is not known is the same in any."""
    told = claim.get("language")
    return ratings.folded(claim["text"]) == words and (told == language or told is None or language is None)


def _key(assessment: Json) -> tuple[object, ...]:
    """When the service takes two for the same."""
    return assessment["claim"], assessment["author"]["name"], assessment.get("made")


def _differs(one: Json, other: Json) -> bool:
    return any(one.get(name) != other.get(name) for name in ("rating", "label", "rating_value"))


def _assessment(check: FactCheck, claim: str, own: Mapping[str, str]) -> tuple[Json, list[str]]:
    """The review's rating; what is too long for a label stands, whole, in the explanation."""
    rated = ratings.rate(check.label, check.value, check.best, check.worst, own)
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


# --- who says it, and where -------------------------------------------------------------------------------------------


def _document(work: Work) -> Json:
    return _known(url=work.url, title=work.title, published=work.published, language=work.language, kind=work.kind)


def _statements(check: FactCheck, notes: Notes, of: tuple[str, str], *, quiet: bool) -> list[Json]:
    """The claimants', each in every page where the claim appeared and in the review; without one, the pages' own."""
    noted: Notes = []
    works = []
    for work in check.appearances:
        if urls.canonical(work.url) == urls.canonical(check.url):
            noted.append(Unused(check.where, short(work.url), ITSELF))
        else:
            works.append(_document(work))
    named, nobody = [], []
    for party in check.claimants:
        unnamed = speakers.is_platform(party.name) or speakers.names_nobody(party.name)
        if unnamed and party.url:
            noted.append(Unused(check.where, short(party.url), NOBODY_URL))
        if speakers.is_platform(party.name):
            noted.append(Unused(check.where, short(party.name), PLATFORM))
        elif not unnamed:
            named.append(party)
        elif works:
            noted.append(Unused(check.where, short(party.name), NOBODY))
        else:
            nobody.append(party)
    said = [one for party in named for one in _by(_party(party), check.said, works, of)]
    if not named:
        said += [_known(document=work, said=check.said) for work in works]
        said += [_known(source={"name": one.name, "disclosure": "group"}, said=check.said) for one in nobody]
    if not said and check.said:
        noted.append(Unused(check.where, check.said, UNSAID))
    notes.extend([] if quiet else noted)
    return said


def _by(source: Json, said: str | None, works: Sequence[Json], of: tuple[str, str]) -> Iterator[Json]:
    """Without its time, a statement in several documents is known as one by a ref alone."""
    ref = _stem(*of, source["name"].casefold()) if works and not said else None
    for work in (*works, None):
        yield _known(ref=ref, source=source, said=said, document=work)
