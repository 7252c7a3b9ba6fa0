"""Linked data, read by processors that are not ours, none of which may fetch anything."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import make
import pytest
import rdflib
from pyld import jsonld as pyld  # type: ignore[import-untyped]
from pyshacl import validate
from rdflib import RDF, XSD, Literal, Namespace, URIRef
from rdflib.compare import isomorphic
from scenes import WHAT, claim, drawn, found_in, rows, said

from app.formats import jsonld
from app.schemas.assessments import AssessmentRead
from app.schemas.documents import DocumentRead
from app.schemas.pictures.dossiers import DossierRead
from app.schemas.sources import SourceRead

# rdflib's parser of JSON-LD uses what rdflib has deprecated; pyshacl, too.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib", "ignore::DeprecationWarning:pyshacl")

SCHEMA = Namespace("https://schema.org/")
OWN = Namespace(jsonld.OWN)
# What schema.org and the guidelines for fact checks ask of a ClaimReview; `url` where the author has published one.
SHAPES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix s: <https://schema.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
[] a sh:NodeShape ; sh:targetClass s:ClaimReview ;
    sh:property [ sh:path s:claimReviewed ; sh:minCount 1 ; sh:maxCount 1 ; sh:datatype xsd:string ; sh:minLength 1 ] ;
    sh:property [ sh:path s:url ; sh:minCount 1 ; sh:maxCount 1 ; sh:pattern "^https?://" ] ;
    sh:property [ sh:path s:itemReviewed ; sh:minCount 1 ; sh:maxCount 1 ; sh:class s:Claim ] ;
    sh:property [ sh:path s:author ; sh:minCount 1 ; sh:maxCount 1 ;
        sh:or ( [ sh:class s:Person ] [ sh:class s:Organization ] [ sh:class s:NGO ] [ sh:class s:Corporation ]
            [ sh:class s:NewsMediaOrganization ] [ sh:class s:GovernmentOrganization ] ) ;
        sh:property [ sh:path s:name ; sh:minCount 1 ; sh:minLength 1 ] ] ;
    sh:property [ sh:path s:datePublished ; sh:maxCount 1 ; sh:pattern "^[0-9]{4}(-[0-9]{2}(-[0-9]{2}(T.*)?)?)?$" ] ;
    sh:property [ sh:path s:reviewRating ; sh:minCount 1 ; sh:maxCount 1 ; sh:class s:Rating ;
        sh:property [ sh:path s:alternateName ; sh:minCount 1 ; sh:maxCount 1 ; sh:datatype xsd:string ] ;
        sh:property [ sh:path s:ratingValue ; sh:maxCount 1 ;
            sh:or ( [ sh:datatype xsd:integer ] [ sh:datatype xsd:double ] ) ] ;
        sh:property [ sh:path s:bestRating ; sh:maxCount 1 ] ; sh:property [ sh:path s:worstRating ; sh:maxCount 1 ] ] .
[] a sh:NodeShape ; sh:targetClass s:Claim ;
    sh:property [ sh:path s:text ; sh:minCount 1 ; sh:maxCount 1 ] ;
    sh:property [ sh:path s:firstAppearance ; sh:maxCount 1 ] .
[] a sh:NodeShape ; sh:targetClass s:Event ; sh:property [ sh:path s:name ; sh:minCount 1 ; sh:maxCount 1 ] .
[] a sh:NodeShape ; sh:targetClass s:AgreeAction, s:DisagreeAction ;
    sh:property [ sh:path s:object ; sh:minCount 1 ; sh:maxCount 1 ; sh:class s:Claim ] ;
    sh:property [ sh:path s:agent ; sh:maxCount 1 ] ;
    sh:property [ sh:path <urn:counterclaim:terms:stance> ; sh:minCount 1 ; sh:maxCount 1 ] .
"""


def _fetch_nothing(url: str, _options: Any) -> Any:
    raise AssertionError(f"{url} would be fetched")


@pytest.fixture(autouse=True)
def _no_network() -> Iterator[None]:
    before = pyld.get_document_loader()
    pyld.set_document_loader(_fetch_nothing)
    yield
    pyld.set_document_loader(before)


def graph(document: bytes) -> rdflib.Graph:
    """The triples, by one processor, after the other has found the same."""
    quads = pyld.to_rdf(json.loads(document), {"format": "application/n-quads"})
    one, other = rdflib.Graph(), rdflib.Graph()
    one.parse(data=quads, format="nt")
    other.parse(data=document, format="json-ld")
    assert isomorphic(_valued(one), _valued(other))
    return one


def _valued(triples: rdflib.Graph) -> rdflib.Graph:
    """The same with one spelling for each number: processors write doubles differently."""
    found = rdflib.Graph()
    for s, p, o in triples:
        is_double = isinstance(o, Literal) and o.datatype == XSD.double
        found.add((s, p, Literal(float(str(o)), datatype=XSD.double) if is_double else o))
    return found


def shown(picture: DossierRead) -> rdflib.Graph:
    return graph(jsonld.render(picture))


async def test_the_demo_in_two_processors(demo: httpx.AsyncClient) -> None:
    """Every event, source, claim, statement and assessment of each dossier is a node, and nothing is fetched."""
    for slug in ("zagorsk-2023", "pokrovsk-2023", "moscow-drones-2023"):
        triples = graph((await demo.get(f"/v1/events/{slug}/export.jsonld")).content)
        dossier = (await demo.get(f"/v1/events/{slug}/dossier")).json()
        claims = [c for q in dossier["questions"] for c in q["claims"]] + dossier["unasked"]
        statements = [s for q in dossier["questions"] for s in q["statements"]]
        statements += [s for c in claims for s in c["statements"]]
        for row in (dossier["event"], *dossier["questions"], *claims, *statements, *dossier["sources"].values()):
            assert (URIRef(f"urn:uuid:{row['id']}"), RDF.type, None) in triples, row
        for row in statements:
            me = URIRef(f"urn:uuid:{row['id']}")
            assert triples.value(me, OWN.stance) == Literal(row["stance"])
            agent = triples.value(me, SCHEMA.agent)
            assert str(agent) == f"urn:uuid:{row['source_id']}" if row["source_id"] else agent is None
            assert str(triples.value(me, SCHEMA.object)) == f"urn:uuid:{row['claim_id'] or row['question_id']}"
            said_in = {str(triples.value(part, SCHEMA.isPartOf)) for part in triples.objects(me, SCHEMA.result)}
            assert said_in == {
                f"urn:uuid:{a['document_id']}" if a["document_id"] else "None" for a in row["appearances"]
            }
        for row in (one for c in claims for one in c["assessments"]):
            rating = triples.value(URIRef(f"urn:uuid:{row['id']}"), SCHEMA.reviewRating)
            assert triples.value(rating, OWN.rating) == Literal(row["rating"])
        _conforms(triples)


def _conforms(triples: rdflib.Graph) -> None:
    shapes = rdflib.Graph().parse(data=SHAPES, format="turtle")
    fine, _, says = validate(triples, shacl_graph=shapes, advanced=False)
    assert fine, says


def _reviewed(**given: Any) -> rdflib.Graph:
    about = claim("It was a drone", question_id=WHAT.id)
    desk = make.read(SourceRead, name="A desk", kind="ngo")
    more: dict[str, Any] = {
        "scheme": "claimreview",
        "rating": "mostly_false",
        "label": 'Three "Pinocchios"',
        "url": "https://checks.example/1",
        "made": "2023-09-01",
    } | given
    review = make.read(AssessmentRead, claim_id=about.id, author_id=desk.id, **more)
    return shown(drawn(rows(questions=[WHAT], claims=[about], assessments=[review], sources=[desk])))


def test_a_review_is_in_its_authors_own_words_and_numbers() -> None:
    triples = _reviewed(rating_value=2.0, best_rating=5.0, worst_rating=1.0, explanation="No trace of it.")
    _conforms(triples)
    [review] = triples.subjects(RDF.type, SCHEMA.ClaimReview)
    rating = triples.value(review, SCHEMA.reviewRating)
    told = {name: triples.value(rating, SCHEMA[name]) for name in ("alternateName", "ratingValue", "bestRating")}
    assert told["alternateName"] == Literal('Three "Pinocchios"')
    assert (told["ratingValue"], told["bestRating"]) == (Literal(2), Literal(5))
    assert triples.value(review, SCHEMA.reviewBody) == Literal("No trace of it.")
    assert triples.value(triples.value(review, SCHEMA.author), SCHEMA.name) == Literal("A desk")


def test_no_number_is_made_up_for_a_word() -> None:
    triples = _reviewed(label=None)
    _conforms(triples)
    [rating] = triples.subjects(RDF.type, SCHEMA.Rating)
    assert triples.value(rating, SCHEMA.ratingValue) is None
    assert triples.value(rating, SCHEMA.alternateName) == Literal("mostly false")


def test_the_shapes_find_a_review_without_its_url() -> None:
    with pytest.raises(AssertionError, match="url"):
        _conforms(_reviewed(url=None))


def test_who_denies_a_claim_does_not_author_it() -> None:
    about = claim("It was a drone")
    names = ("supports", "denies", "implies", "took back", "asks")
    people = {name: make.read(SourceRead, name=name, kind="official") for name in names}
    paper = make.read(DocumentRead, url="https://news.example/1", published="2023-08-09", title="T")
    later = make.read(DocumentRead, url="https://news.example/2", published="2023-08-10", title="T")
    denial = make.read(DocumentRead, url="https://news.example/0", published="2023-08-08", title="T")
    spoken = [
        said(about, people["supports"], said="2023-08-09"),
        said(about, people["denies"], stance="deny"),
        said(about, people["implies"], explicitness="implied"),
        said(about, people["took back"], said="2023-08-09", withdrawn="2023-08-10"),
        said(about, people["asks"], stance="query"),
    ]
    places = [found_in(spoken[0], later), found_in(spoken[0], paper), found_in(spoken[1], denial)]
    every = rows(
        claims=[about],
        statements=spoken,
        appearances=places,
        sources=list(people.values()),
        documents=[paper, later, denial],
    )
    triples = shown(drawn(every))
    me = URIRef(f"urn:uuid:{about.id}")
    assert [str(who) for who in triples.objects(me, SCHEMA.author)] == [f"urn:uuid:{people['supports'].id}"]
    assert str(triples.value(me, SCHEMA.firstAppearance)) == f"urn:uuid:{paper.id}"
    assert {str(one) for one in triples.objects(me, SCHEMA.appearance)} == {
        f"urn:uuid:{paper.id}",
        f"urn:uuid:{later.id}",
    }
    acts = {
        str(triples.value(triples.value(act, SCHEMA.agent), SCHEMA.name)): kind
        for kind in triples.objects(None, RDF.type)
        for act in triples.subjects(RDF.type, kind)
        if triples.value(act, SCHEMA.agent)
    }
    assert acts == {
        "supports": SCHEMA.AgreeAction,
        "denies": SCHEMA.DisagreeAction,
        "implies": SCHEMA.ReactAction,
        "took back": SCHEMA.AgreeAction,
        "asks": SCHEMA.AskAction,
    }
    [ended] = triples.subjects(OWN.live, Literal(False))
    assert triples.value(ended, OWN.withdrawn) == Literal("2023-08-10")


def test_a_paraphrase_is_not_in_the_speakers_words() -> None:
    about, speaker = claim("It was a drone"), make.read(SourceRead, name="Kyiv", kind="authority")
    spoken = said(about, speaker)
    places = [found_in(spoken, wording="Kyiv spoke of a drone"), found_in(spoken, wording="A drone", quoted=True)]
    triples = shown(drawn(rows(claims=[about], statements=[spoken], appearances=places, sources=[speaker])))
    told = {str(text): triples.value(me, SCHEMA.author) for me, text in triples.subject_objects(SCHEMA.text)}
    assert told["Kyiv spoke of a drone"] is None
    assert str(told["A drone"]) == f"urn:uuid:{speaker.id}"


def test_it_can_stand_in_a_page() -> None:
    about = claim("</script><script>alert('<!--')</script>")
    text = jsonld.render(drawn(rows(claims=[about])))
    assert b"<" not in text
    [told] = [node for node in json.loads(text)["@graph"] if node["@type"] == "Claim"]
    assert told["text"] == about.text


def test_times_that_iso_does_not_know_are_their_beginning() -> None:
    triples = _reviewed(made="2023-08~")
    [review] = triples.subjects(RDF.type, SCHEMA.ClaimReview)
    assert triples.value(review, OWN.made) == Literal("2023-08~")
    when = datetime.fromisoformat(str(triples.value(review, SCHEMA.datePublished)))
    assert when == datetime(2023, 8, 1, tzinfo=UTC)
    _conforms(triples)
