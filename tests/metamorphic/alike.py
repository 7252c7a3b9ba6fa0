"""Small worlds in which hardly anybody surely is who he seems: names alike, copies of texts, mentions that fit two."""

from itertools import combinations
from random import Random
from typing import Any, Final

Json = dict[str, Any]
# Ways of writing one name, each of which makes a source of its own.
NAMES: Final = (
    ("Anna Kovács", "Ковач Анна", "Anna M. Kovacs", "Kovács, Anna"),
    ("Mehmet Yıldız", "Yildiz Mehmet", "Mehmet Ali Yıldız", "Мехмет Йылдыз"),
    ("Olena Hrushevska", "Олена Грушевська", "Hrushevska Olena", "Elena Grushevska"),
)
MINISTRY: Final = "Ministry of Mines"
COUNTRIES: Final = ("NO", "SE")
TEXTS: Final = (
    "The depot burned all night, and two people who live beside it say that they heard a blast before the fire began.",
    "Firemen from three towns came to the mill, where the roof had fallen in, and found nobody of the night shift.",
)


def told(pick: Random, name: str) -> Json:
    """A source of this name, with some traits, which may contradict those of others of its kin."""
    source: Json = {"name": name, "kind": "official"}
    if pick.random() < 0.4:
        source["country"] = pick.choice(COUNTRIES)
    if pick.random() < 0.3:
        source["party"] = pick.choice(("north", "south"))
    return source


def cast(pick: Random) -> list[Json]:
    """Who speaks: ways of writing one or two names, each with what is told of it wherever it is mentioned."""
    names = [name for kin in pick.sample(NAMES, pick.randint(1, 2)) for name in pick.sample(kin, pick.randint(2, 3))]
    return [told(pick, name) for name in names]


def _document(number: int, text: str | None = None) -> Json:
    document: Json = {"url": f"https://paper{number}.example/1", "published": "2024-05-02"}
    return document | ({"text": text} if text else {})


def reports(pick: Random, *, ambiguous: bool) -> list[Json]:
    """Each has one speaker or a paper's witness; with `ambiguous`, also two of one name, and who may be both."""
    speakers = cast(pick)
    said: list[tuple[Json, Json]] = [(source, _document(nth)) for nth, source in enumerate(speakers)]
    witness: Json = {"disclosure": "anonymous", "role": "a neighbour"}
    copied = pick.choice(TEXTS)
    said += [(witness, _document(20 + nth, copied)) for nth in range(pick.choice((0, 2, 3)))]
    if ambiguous and pick.random() < 0.7:
        said += [({"name": MINISTRY, "kind": "authority", "country": code}, _document(30 + nth))
                 for nth, code in enumerate(COUNTRIES)]  # fmt: skip
        said.append(({"name": MINISTRY}, _document(40)))
    bodies = []
    for source, document in said:
        claims: list[Json] = []
        for text in pick.sample(("The depot burned", "The mill stood"), pick.choice((1, 2, 2))):
            stance = "deny" if pick.random() < 0.2 else "support"
            statement = {"source": source, "stance": stance, "wording": f"{text}."}
            question = {"text": "What burned?", "kind": "cause"}
            claims.append({"text": text, "language": "en", "question": question, "statements": [statement]})
        bodies.append({"document": document, "events": [{"slug": "fire", "title": "Fire", "claims": claims}]})
    return bodies


def contradicts(one: Json, other: Json) -> bool:
    """Of what is told of sources here."""
    return any(
        one.get(name) is not None and other.get(name) is not None and one[name] != other[name]
        for name in ("country", "party")
    )


def compatible(links: list[Json], sources: dict[str, Json]) -> list[frozenset[str]]:
    """The ids of all sets of links that can hold together and are in no greater one."""
    sets = [
        frozenset(link["id"] for link in chosen)
        for size in range(len(links), -1, -1)
        for chosen in combinations(links, size)
        if _hold(chosen, sources)
    ]
    return [chosen for chosen in sets if not any(chosen < greater for greater in sets)]


def _other_end(link: Json, id_: str) -> set[str]:
    ends = {link["from_id"], link["to_id"]}
    return ends - {id_} if id_ in ends else set()


def _hold(links: tuple[Json, ...], sources: dict[str, Json]) -> bool:
    groups = {id_: {id_} for id_ in sources}
    placed = [id_ for id_, source in sources.items() if source["placed"]]
    sure = [link for link in links if not {link["from_id"], link["to_id"]} & set(placed)]
    for link in sure:
        joined = groups[link["from_id"]] | groups[link["to_id"]]
        groups |= dict.fromkeys(joined, joined)
    # A mention that fits several is one of them at most.
    fitted = [[groups[end] for link in links for end in _other_end(link, id_)] for id_ in placed]
    return all(group == of_one[0] for of_one in fitted for group in of_one) and not any(
        contradicts(sources[one], sources[other])
        for group in groups.values()
        for one, other in combinations(sorted(group), 2)
    )
