"""Makes a report for Counterclaim of a civilian-harm incident as Airwars publishes it: what goes where, and why.

Airwars' page is the report's document, and what stands in its fields is Airwars' statement. A page that it lists as a
source is a document of its own; that its publisher says something of the incident is a statement of stance `comment`,
because the list does not tell what it says. Nothing is guessed: what has no place or no rule is counted in `Notes`.
"""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

Json = dict[str, Any]
Notes = Counter[str]  # what was not used, or not as it stood, and why

CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")  # what the service refuses in a text
EVIDENCE: Final = 100  # documents that one assessment takes

AIRWARS: Final[Json] = {"ref": "airwars", "name": "Airwars", "kind": "ngo", "url": "https://airwars.org"}
HARM: Final[Json] = {"text": "Were civilians harmed?", "language": "en", "kind": "occurrence"}
WHO: Final[Json] = {"text": "Who carried out the strike?", "language": "en", "kind": "responsibility"}
TARGET: Final[Json] = {"text": "What was the target?", "language": "en", "kind": "intent"}

# Airwars' words and ours. Its own always stay beside them: as the assessment's label, as wordings, in the page's text.
RATINGS: Final = {
    "Confirmed": "confirmed", "Fair": "fair", "Weak": "weak", "Contested": "contested", "Discounted": "discounted",
}  # fmt: skip
PRECISIONS: Final = {
    "Exact location (via Airwars)": "exact", "Exact location (other)": "exact", "Street": "vicinity",
    "Nearby landmark": "vicinity", "Neighbourhood/area": "locality", "Village": "town", "Town": "town",
    "City": "town", "District": "district", "Province/governorate": "region",
}  # fmt: skip
# Of the harm, not of who struck: a belligerent that declared the strike may not have assessed what it did to civilians.
POSITIONS: Final = {
    "Not yet assessed": "no_comment",
    "Credible / Substantiated": "support",
    "Non credible / Unsubstantiated": "deny",
}
BELLIGERENTS: Final = {"Israeli Military": "military", "Palestinian Militants": "group"}  # any other: `other`
CERTAINTIES: Final = {"Known": "certain", "Suspected": "uncertain"}
FIGURES: Final = {
    "Civilians reported killed": {"measure": "killed", "subject": "civilians"},
    "Civilians reported injured": {"measure": "injured", "subject": "civilians"},
    "Belligerents reported killed": {"measure": "killed", "subject": "belligerents"},
}
# How Airwars classes the incident: what lists of events are narrowed by.
TAGS: Final = {
    "Strike status": "status", "Strike type": "type", "Infrastructure": "infrastructure", "Impact": "impact",
    "Cause of injury / death": "cause",
}  # fmt: skip
LANGUAGES: Final = {"Arabic": "ar", "English": "en"}
PLATFORMS: Final = {
    "twitter.com": "Twitter", "x.com": "Twitter", "facebook.com": "Facebook", "t.me": "Telegram",
    "youtube.com": "YouTube", "instagram.com": "Instagram",
}  # fmt: skip
ARCHIVES: Final = ("archive.is", "archive.ph", "archive.md", "web.archive.org")
NOT_ACCOUNTS: Final = (
    "events", "groups", "hashtag", "p", "pages", "people", "photo", "reel", "share", "stories", "watch",
)  # fmt: skip
USED: Final = {
    "incident_code", "incident_date", "location", "geolocation", "meta", "sources", "source_url", "assessment",
}  # fmt: skip
MONTHS: Final = {datetime(2000, n, 1, tzinfo=UTC).strftime("%B"): n for n in range(1, 13)}


def known(**fields: Any) -> Json:
    """Leave gaps out: whoever knows more may fill them later."""
    return {name: value for name, value in fields.items() if value not in (None, "", [])}


def clean(words: str | None) -> str:
    return CONTROL.sub("", words or "").strip()


def stable(words: str) -> str:
    """The words as a part of a ref, which has no other letters than these."""
    folded = words.casefold()
    fits = re.fullmatch("[a-z0-9._:-]{1,100}", folded)
    return folded if fits else hashlib.sha256(folded.encode()).hexdigest()[:16]


def key(words: str) -> str:
    """A party's or tag's key: `israeli-military`."""
    return re.sub("[^a-z0-9]+", "-", words.casefold()).strip("-")[:64]


# --- the pages that it lists -----------------------------------------------------------------------------------------


def is_address(url: str) -> bool:
    return re.fullmatch(r"https?://[^\s/?#]+\.\w{2,}/\S*", url) is not None


def site(url: str) -> str:
    return re.sub(r"^(www|m|mobile)\.", "", (urlsplit(url).hostname or "").lower())


def address(line: Json, notes: Notes) -> str | None:
    """Where the page is; if that is not told, where it is archived."""
    url, archive_url = clean(line["url"]), clean(line["archive"])
    target = parse_qs(urlsplit(url).query).get("q") if site(url) == "google.com" else None
    if target:
        notes["source lines with a link through Google: taken for where it leads"] += 1
        url = target[0]
    if is_address(url):
        return url
    if is_address(archive_url):
        notes["source lines without an address, or with a broken one: the archive's is taken"] += 1
        return archive_url
    notes["source lines without any address"] += 1
    return None


def account(url: str) -> tuple[str, str, str] | None:
    """Who published, as far as the address tells: ref, name, kind."""
    host, parts = site(url), urlsplit(url)
    first, second, *_ = *(part for part in parts.path.split("/") if part), "", ""
    if host in ("twitter.com", "x.com"):
        name = first if re.fullmatch(r"\w{2,15}", first) else ""
        return (f"twitter:{name.lower()}", f"@{name}", "account") if name else None
    if host == "t.me":
        return (f"telegram:{stable(first)}", f"t.me/{first}", "channel") if second else None
    if host == "facebook.com":
        if first == "groups" and second:
            return f"facebook:group:{stable(second)}", f"facebook.com/groups/{second}", "channel"
        page = first in NOT_ACCOUNTS or first.endswith(".php")
        name = parse_qs(parts.query).get("id", [""])[0] if page else first
        return (f"facebook:{stable(name)}", f"facebook.com/{name}", "account") if name else None
    return None if host in (*PLATFORMS, *ARCHIVES) else (f"web:{stable(host)}", host, "outlet")


def publisher(url: str, names: dict[str, str]) -> Json:
    """The account, channel or outlet; where the address does not tell which, whoever it is that published this page."""
    digest, bare = hashlib.sha256(url.encode()).hexdigest()[:16], url.partition("://")[2].removeprefix("www.")
    unknown = f"page:{digest}", bare, "account" if site(url) in PLATFORMS else "other"
    ref, name, kind = account(url) or unknown
    usual_name = names.get(ref if account(url) else url)
    # Two accounts may be called the same, but no two have one address.
    shown_name = (
        f"{usual_name[:200]} ({name})" if usual_name and kind in ("account", "other") and name[0] != "@" else name
    )
    return {"ref": ref, "name": shown_name[:500], "kind": kind}


def names_of(incidents: Iterable[Json]) -> dict[str, str]:
    """What Airwars calls each account most often; by the page where the account is not known."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for line in (line for incident in incidents for line in incident["sources"]):
        url, name = address(line, Notes()), " ".join(clean(line["name"]).split())
        if url and name:
            counts[(account(url) or (url,))[0]][name] += 1
    return {account_or_url: names.most_common(1)[0][0] for account_or_url, names in counts.items()}


def published(url: str) -> str | None:
    """When a post on X was published: its number counts milliseconds."""
    match = re.search(r"/status/(\d{15,20})", url) if PLATFORMS.get(site(url)) == "Twitter" else None
    if match is None:
        return None
    since = timedelta(milliseconds=(int(match[1]) >> 22) + 1288834974657)
    return (datetime(1970, 1, 1, tzinfo=UTC) + since).isoformat(timespec="milliseconds")


def document(line: Json, url: str, notes: Notes) -> Json:
    """The page. When it was archived, only the Wayback Machine's addresses tell."""
    archive_url, platform, tags = clean(line["archive"]), PLATFORMS.get(site(url)), line["tags"]
    for tag in tags:
        if tag not in (*LANGUAGES, "Video"):
            notes[f"tags {tag}: " + ("the address says so" if tag == platform else "the address says otherwise")] += 1
    if archive_url and not is_address(archive_url):
        notes["archive addresses that are broken"] += 1
    stamp = re.match(r"https?://web\.archive\.org/web/(\d{14})/", archive_url)
    kind = "post" if platform else "other" if urlsplit(url).path.lower().endswith(".pdf") else None
    return known(
        url=url,
        kind="video" if platform == "YouTube" or "Video" in tags else kind,
        language=next((LANGUAGES[tag] for tag in tags if tag in LANGUAGES), None),
        published=published(url),
        archive_url=archive_url if is_address(archive_url) and archive_url != url else None,
        retrieved_at=datetime.strptime(f"{stamp[1]}Z", "%Y%m%d%H%M%S%z").isoformat() if stamp else None,
    )


def comments(incident: Json, names: dict[str, str], notes: Notes) -> list[Json]:
    """One statement a publisher, with an appearance in each of its pages; a page that is listed twice counts once."""
    stem, statements = f"airwars:{incident['incident_code'].lower()}", dict[str, Json]()
    for line in incident["sources"]:
        name, url = " ".join(clean(line["name"]).split()), address(line, notes)
        note = f"Airwars lists it as “{name}”" if name else "Airwars gives it no name"
        if url is None and not name:
            notes["source lines that are empty"] += 1
        elif (earlier := statements.get(url or name)) is not None:
            notes["source lines with a page that the incident lists already"] += 1
            earlier["note"] += "" if note in earlier["note"] else f"; {note}"
            if line["archive"] != earlier.get("document", {}).get("archive_url"):
                notes["archive addresses of a page that the incident lists already"] += 1
        elif url is None:
            unknown = {"ref": f"{stem}:{stable(name)}", "name": f"{name} ({stem})", "kind": "other"}
            statements[name] = {"source": unknown, "note": f"{note}, without an address"}
        else:
            source = publisher(url, names)
            page = document(line, url, notes) | {
                "label": f"#page-{len(statements)}",
                "publisher": f"ref:{source['ref']}",
            }
            statements[url] = {"source": source, "document": page, "note": note}
    return [
        {"ref": f"{stem}:by:{statement['source']['ref']}", "stance": "comment"} | statement
        for statement in statements.values()
    ]


# --- what Airwars says -----------------------------------------------------------------------------------------------


def says(field: str, words: str, **fields: Any) -> Json:
    """Airwars' own statement, in the words of its page."""
    return {"source": "ref:airwars", "wording": f"{field}: {words}", "language": "en", "quoted": True, **fields}


def figure(words: str) -> Json | None:
    """`4`, `4 – 5`, `Unknown`; None: not understood."""
    if words == "Unknown":
        return {"qualifier": "unknown"}
    match = re.fullmatch(r"(\d+)(?:\s*[–-]\s*(\d+))?", words.replace(",", ""))
    low, high = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
    if low > high:
        return None
    return {"min": low} if low == high else {"qualifier": "between", "min": low, "max": high}


def figures(fields: dict[str, str], notes: Notes) -> Iterator[Json]:
    for field, question in FIGURES.items():
        words = fields.pop(field, "")
        number = figure(words)
        if number is not None:
            yield {"question": question, "figure": number, "statements": [says(field, words, basis="hearsay")]}
        else:
            notes[f"{field}: " + (f"`{words}` is not understood" if words else "not given")] += 1


def belligerent(name: str) -> Json:
    ref = f"airwars:belligerent:{key(name)}"
    return {"ref": ref, "name": name, "kind": BELLIGERENTS.get(name, "other"), "party": key(name)}


def responsibility(fields: dict[str, str], notes: Notes) -> Iterator[Json]:
    """A claim for each belligerent. Where several are suspected, of none is it said that it did it: that is implied."""
    named: dict[str, tuple[str, str]] = {}
    for field in [field for field in fields if re.fullmatch("(Known|Suspected) belligerents?", field)]:
        words = fields.pop(field)
        for name in words.split(","):
            named.setdefault(name.strip(), (field, words))
    if named.pop("", None):
        notes["belligerents: a field without a name"] += 1
    if not named:
        notes["belligerents: none is named, so nobody is accused"] += 1
    declared = fields.get("Strike status") == "Declared strike" and len(named) == 1
    for name, (field, words) in named.items():
        statements = [says(field, words, certainty=CERTAINTIES[field.split()[0]])]
        if len(named) > 1:
            statements[0]["explicitness"] = "implied"
        if declared:  # Airwars' word for a strike that the belligerent itself has made known
            statements.append(says("Strike status", fields["Strike status"]) | {"source": belligerent(name)})
        text = {"text": f"{name} carried out the strike", "language": "en", "accuses": key(name)}
        yield text | {"question": WHO, "statements": statements}


def targets(fields: dict[str, str]) -> Iterator[Json]:
    for field in [field for field in fields if re.fullmatch("(Known|Suspected) target", field)]:
        words = fields.pop(field)
        statement = says(field, words, certainty=CERTAINTIES[field.split()[0]])
        yield {"text": f"{words} were the target", "language": "en", "question": TARGET, "statements": [statement]}


def positions(fields: dict[str, str], harm: str, notes: Notes) -> Iterator[Json]:
    """What each belligerent says of the harm to civilians, as Airwars gives it: a statement, or a dated non-answer."""
    for field in [field for field in fields if field.endswith("position on incident")]:
        name, words = field.removesuffix("position on incident").strip(), fields.pop(field)
        stance = POSITIONS.get(words)
        if not name:
            notes["positions of a belligerent that is not named"] += 1
        elif stance is None:
            notes[f"positions of a belligerent: no rule for `{words}`"] += 1
        else:
            subject = {"question": HARM} if stance == "no_comment" else {"claim": f"ref:{harm}"}
            yield says(field, words) | {"source": belligerent(name), "stance": stance} | subject


def assessment(fields: dict[str, str], incident: Json, harm: str, evidence: list[str], notes: Notes) -> Iterator[Json]:
    field = "Airwars civilian harm grading"
    label = fields.pop(field, "")
    if label not in RATINGS:
        notes[f"{field}: " + (f"no rule for `{label}`" if label else "not given")] += 1
        return
    if len(evidence) > EVIDENCE:
        notes[f"pages that are no evidence of the grading, which takes {EVIDENCE}"] += len(evidence) - EVIDENCE
    grading = {"claim": f"ref:{harm}", "author": "ref:airwars", "scheme": "airwars", "rating": RATINGS[label]}
    page = {"label": label, "url": incident["source_url"], "language": "en", "documents": evidence[:EVIDENCE]}
    yield {"ref": f"{harm}:grading"} | grading | page | known(explanation=clean(incident["assessment"])[:20_000])


# --- the event and its report ----------------------------------------------------------------------------------------


def occurred(words: str) -> str | None:
    """`October 7, 2023`, `October 9–11, 2023`; None: not understood."""
    match = re.fullmatch(r"(\w+) (\d+)(?:\s*[–-]\s*(?:(\w+) )?(\d+))?, (\d{4})", words)
    if match is None or match[1] not in MONTHS or (match[3] or match[1]) not in MONTHS:
        return None
    first = f"{match[5]}-{MONTHS[match[1]]:02}-{int(match[2]):02}"
    return f"{first}/{match[5]}-{MONTHS[match[3] or match[1]]:02}-{int(match[4]):02}" if match[4] else first


def place(incident: Json, notes: Notes) -> Json:
    """Where; without a geolocation only in words."""
    words = clean(incident["location"])
    point, _, level = incident["geolocation"] or ("", "", "")
    if not point:
        notes["geolocation: not given"] += 1
        return known(place_name=words)
    latitude, longitude = (float(number) for number in point.split(","))
    if level not in PRECISIONS:
        notes[f"geolocation: no rule for the accuracy `{level}`"] += 1
    return known(place_name=words, latitude=latitude, longitude=longitude, place_precision=PRECISIONS.get(level))


def tags(fields: dict[str, str], notes: Notes) -> list[str]:
    keys = []
    for field, group in TAGS.items():
        words = fields.pop(field, "")
        keys += [key(f"{group}-{word}") for word in words.split(",") if word]
        if not words:
            notes[f"{field}: not given"] += 1
    return keys


def page_text(incident: Json) -> str:
    """What the page says, as far as the file has it: quotations are looked up here, and no field is lost."""
    geolocation = {"Geolocation": "; ".join(incident["geolocation"])} if incident["geolocation"] else {}
    fields = {"Incident code": incident["incident_code"], "Incident date": incident["incident_date"]}
    fields |= {"Location": incident["location"]} | geolocation | incident["meta"]
    lines = (clean(f"{field}: {words}") for field, words in fields.items())
    return "\n".join([*lines, "", clean(incident["assessment"])])


def report(incident: Json, names: dict[str, str], notes: Notes) -> Json:
    code, fields = incident["incident_code"], dict(incident["meta"])
    stem = f"airwars:{code.lower()}"
    harm, statements = f"{stem}:harm", comments(incident, names, notes)
    evidence = [statement["document"]["label"] for statement in statements if "document" in statement]
    reported = fields.pop("Civilian harm reported", "")
    if reported == "Yes":
        statements.insert(0, says("Civilian harm reported", reported, basis="hearsay"))
    else:
        notes[f"Civilian harm reported: `{reported}` claims nothing"] += 1
    claims = [
        {"ref": harm, "text": "Civilians were harmed", "language": "en", "question": HARM, "statements": statements}
    ]
    claims += [*figures(fields, notes), *responsibility(fields, notes), *targets(fields)]
    event = known(
        ref=stem,
        title=f"{code}: {clean(incident['location']).split(', ', 1)[-1]}, {incident['incident_date']}"[:500],
        language="en",
        kind="strike",
        occurred=occurred(incident["incident_date"]),
        tags=tags(fields, notes),
        external_ids={"airwars": code},
        **place(incident, notes),
    )
    if "occurred" not in event:
        notes[f"incident_date: `{incident['incident_date']}` is not understood"] += 1
    event["claims"] = claims
    event["statements"] = list(positions(fields, harm, notes))
    event["assessments"] = list(assessment(fields, incident, harm, evidence, notes))
    for field in fields:
        notes[f"{field}: no rule for it, so only in the page's text"] += 1
    for field in incident.keys() - USED:
        notes[f"{field}: " + ("the page's address says the same" if field == "file" else "no rule for it")] += 1
    page = {"url": incident["source_url"], "kind": "report", "language": "en", "publisher": AIRWARS}
    return {"ref": stem, "document": page | {"title": code, "text": page_text(incident)}, "events": [event]}
