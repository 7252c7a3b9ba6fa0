"""Made-up incidents in the form in which Airwars publishes real ones."""

from typing import Any

Json = dict[str, Any]
POSTED = "2023-10-07T19:13:38.335000Z"  # what the number of the post on X says


def line(name: str, url: str, archive: str | None = None, *tags: str) -> Json:
    return {"name": name, "url": url, "archive": archive, "tags": list(tags) or ["Arabic"]}


def incident(code: str, meta: Json, *sources: Json, **more: Any) -> Json:
    return {
        "file": f"{code.lower()}.html",
        "source_url": f"https://airwars.example/civilian-casualties/{code.lower()}/",
        "incident_code": code,
        "incident_date": "October 7, 2023",
        "location": "البلدة, Smalltown, the Province",
        "geolocation": ["31.5, 34.25", "Note: The accuracy of this location is to", "Nearby landmark"],
        "assessment": "Airwars assessment A made-up incident.",
        "meta": {"Strike status": "Likely strike", "Civilian harm reported": "Yes"} | meta,
        "sources": list(sources),
    } | more


SUSPECTED = incident(
    "XX0001",
    {
        "Strike type": "Airstrike, Drone Strike",
        "Infrastructure": "Healthcare",
        "Civilians reported killed": "4 – 5",
        "Civilians reported injured": "Unknown",
        "Airwars civilian harm grading": "Fair",
        "Suspected belligerent": "Northern Army",
        "Northern Army position on incident": "Not yet assessed",
        "Weather": "Cloudy",
    },
    line(
        "@Herald", "https://twitter.com/Herald/status/1710735149984321706", "https://archive.ph/1", "Twitter", "Arabic"
    ),
    line("Herald twitter", "https://x.com/herald/status/1710735149984321707"),
    line("Town news", "https://www.town.example/1?utm_source=x", "https://archive.ph2", "English"),
    line("Town news again", "https://www.town.example/1?utm_source=x"),
    line("Ali", "https://www.facebook.com/permalink.php?story_fbid=1&id=100", None, "Facebook", "Arabic"),
    line("Ali", "https://www.facebook.com/ali.two/posts/2", None, "Facebook", "Arabic"),
    line("Ali", "https://www.facebook.com/watch/?v=3", None, "Facebook", "Arabic"),
    line("The list", "https://www.google.com/url?q=https://t.me/ministry/5&sa=D"),
    line("Gone", "", "https://archive.ph/gone"),
    line("Nowhere", ""),
    line("", ""),
)
DECLARED = incident(
    "XX0002a",
    {
        "Strike status": "Declared strike",
        "Civilians reported killed": "2",
        "Belligerents reported killed": "0–1",
        "Airwars civilian harm grading": "Confirmed",
        "Known belligerent": "Northern Army",
        "Known target": "Southern Forces",
        "Northern Army position on incident": "Credible / Substantiated",
    },
    line("Town.example News", "https://www.town.example/1"),
    incident_date="September 30 – October 1, 2023",
    geolocation=None,
)
CONTESTED = incident(
    "XX0003",
    {
        "Strike status": "Contested strike",
        "Civilians reported killed": "a few",
        "Airwars civilian harm grading": "Disputed",
        "Suspected belligerents": "Northern Army, Southern Forces",
        "Suspected belligerent": "Northern Army",
        "Northern Army position on incident": "Under review",
    },
    incident_date="some day",
)
SMALL = [SUSPECTED, DECLARED, CONTESTED]
# What the script says at the end, after its first line.
SAID = """\
listed pages: 9 addresses as given, 8 documents after canonicalisation
of these cited by several incidents: 1 documents, 2 times
accusations 4, appearances in listed pages 9, figures 4, graded Confirmed 1, graded Fair 1, non-answers 1, statements 24
not used, or not as it stands:
      1 Airwars civilian harm grading: no rule for `Disputed`
      2 Belligerents reported killed: not given
      3 Cause of injury / death: not given
      2 Civilians reported injured: not given
      1 Civilians reported killed: `a few` is not understood
      3 Impact: not given
      2 Infrastructure: not given
      2 Strike type: not given
      1 Weather: no rule for it, so only in the page's text
      1 archive addresses that are broken
      3 file: the page's address says the same
      1 geolocation: not given
      1 incident_date: `some day` is not understood
      1 positions of a belligerent: no rule for `Under review`
      1 source lines that are empty
      1 source lines with a link through Google: taken for where it leads
      1 source lines with a page that the incident lists already
      1 source lines without an address, or with a broken one: the archive's is taken
      2 source lines without any address
      3 tags Facebook: the address says so
      1 tags Twitter: the address says so
"""
