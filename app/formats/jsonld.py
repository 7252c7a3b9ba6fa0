"""An event as linked data: schema.org's Event, Claim and ClaimReview, and who takes which stance as its actions.

schema.org has no stance; it has AgreeAction ("expressing a consistency of opinion with the object") and its siblings:
each statement is one, with its agent, its object and the words. What schema.org has no word for stands beside it, under
the prefix `cc`; `docs/export.md` lists those words.
"""

import json
from typing import Any, Final

from app.formats import iso8601, naming, nodes
from app.formats.nodes import Node
from app.schemas.assessments import AssessmentRead
from app.schemas.pictures.dossiers import (
    AssessmentPicture,
    ClaimPicture,
    DossierRead,
    EventPicture,
    QuestionPicture,
    StatementPicture,
)
from app.schemas.statements import AppearanceRead

OWN: Final = "urn:counterclaim:terms:"
# Inline: whoever reads it has to fetch nothing.
CONTEXT: Final = {"@vocab": "https://schema.org/", "cc": OWN}

# Only who says so outright agrees; what is implied is a reaction, whose stance is ours to tell.
ACTIONS: Final = {
    "support": "AgreeAction",
    "deny": "DisagreeAction",
    "query": "AskAction",
    "comment": "CommentAction",
    "no_comment": "CommunicateAction",
    "no_information": "CommunicateAction",
}


def rendered(dossier: DossierRead) -> bytes:
    """The document, in UTF-8. It can stand inside a page's <script> as it is."""
    graph = [_event(dossier.event), *(_question(question, dossier) for question in dossier.questions)]
    graph += [_claim(question, claim, dossier) for question, claim in naming.claims(dossier)]
    graph += [_statement(*said, dossier) for said in naming.statements(dossier)]
    graph += [
        _review(one, question, claim, dossier)
        for question, claim in naming.claims(dossier)
        for one in claim.assessments
    ]
    graph += [nodes.source(id_, dossier) for id_ in dossier.sources]
    graph += [nodes.document(document, dossier) for document in dossier.documents.values()]
    told = {"@context": CONTEXT, "@graph": graph}
    return json.dumps(told, ensure_ascii=False, indent=1).replace("<", "\\u003c").encode()


# --- what it is about ------------------------------------------------------------------------------------------------


def _event(event: EventPicture) -> Node:
    place = nodes.node(
        "Place",
        event.id,
        "place",
        name=event.place_name,
        address=nodes.node("PostalAddress", event.id, "address", addressCountry=event.country)
        if event.country
        else None,
        geo=nodes.node("GeoCoordinates", event.id, "point", latitude=event.latitude, longitude=event.longitude)
        if event.latitude is not None
        else None,
        cc_precision=event.place_precision,
    )
    return nodes.node(
        "Event",
        event.id,
        identifier=event.ref,
        name=event.title,
        description=event.summary,
        inLanguage=event.language,
        startDate=iso8601.iso(event.occurred, event.occurred_from),
        location=place if len(place) > len(("@id", "@type")) else None,
        keywords=event.tags,
        superEvent=nodes.ids([event.parent_id]) if event.parent_id else None,
        cc_slug=event.slug,
        cc_kind=event.kind,
        cc_occurred=event.occurred,
        cc_externalId=[f"{system}:{key}" for system, key in event.external_ids.items()],
        cc_link=[
            nodes.node(
                "cc:EventLink",
                event.id,
                f"{one.relation}-{one.direction}-{one.id}",
                object=nodes.node("Event", one.id, name=one.title),
                cc_relation=one.relation,
                cc_direction=one.direction,
            )
            for one in event.links
        ],
    )


def _question(question: QuestionPicture, dossier: DossierRead) -> Node:
    return nodes.node(
        "Question",
        question.id,
        identifier=question.ref,
        text=naming.asked(question),
        inLanguage=question.language,
        about=nodes.ids([dossier.event.id]),
        cc_kind=question.kind,
        cc_measure=question.measure,
        cc_subject=question.subject,
        cc_unit=question.unit,
        cc_evolving=question.evolving,
        cc_singleAnswer=question.single_answer,
        cc_status=question.status,
        cc_why=question.why,
        cc_answeredBy=nodes.ids(question.answers),
        cc_settledBy=nodes.ids(question.settled_by),
    )


# --- claims and who says what about them ---------------------------------------------------------------------------


def _claim(question: QuestionPicture | None, claim: ClaimPicture, dossier: DossierRead) -> Node:
    links = {f"cc:{link.relation}": nodes.ids([]) for link in claim.links if link.direction == "from"}
    for link in claim.links:
        if link.direction == "from":
            links[f"cc:{link.relation}"] += nodes.ids([link.claim_id])
    figure = claim.figure and nodes.node(
        "QuantitativeValue",
        claim.id,
        "figure",
        minValue=claim.figure.min,
        maxValue=claim.figure.max,
        unitText=question.unit if question else None,
        cc_qualifier=claim.figure.qualifier,
        cc_partOf=nodes.ids([claim.figure.of_id]) if claim.figure.of_id else None,
    )
    return {
        **_reviewed(claim, dossier),
        **nodes.filled(
            {
                "identifier": claim.ref,
                "inLanguage": claim.language,
                "cc:translation": nodes.translated(claim.translations),
            }
        ),
        "about": nodes.ids([dossier.event.id] + ([question.id] if question else [])),
        "interactionStatistic": [_counted(claim, stance) for stance in claim.counts],
        **nodes.filled({"cc:figure": figure, "cc:accuses": claim.accuses, "cc:rival": nodes.ids(claim.rivals)}),
        "cc:standing": claim.standing,
        "cc:why": claim.why,
        **links,
    }


def _reviewed(claim: ClaimPicture, dossier: DossierRead) -> Node:
    """What a reader of a review wants of the claim: who makes it, when, and where. Who denies it is no author."""
    makers = [
        row for row in claim.statements if row.stance == "support" and row.explicitness == "explicit" and row.live
    ]
    found = [place.document_id for row in claim.statements if row.stance == "support" for place in row.appearances]
    places = [place for id_ in dict.fromkeys(found) if (place := nodes.where(id_, dossier))]
    published = {id_: dossier.documents[id_].published_from for id_ in found if id_ in dossier.documents}
    dated = [id_ for id_ in found if id_ is not None and published.get(id_)]
    first = min(dated, key=lambda id_: (published[id_], id_)) if dated else None
    return nodes.node(
        "Claim",
        claim.id,
        text=claim.text,
        author=[nodes.who(id_, dossier) for id_ in dict.fromkeys(row.source_id for row in makers) if id_],
        datePublished=iso8601.iso(makers[0].said, makers[0].effective_from) if makers else None,
        firstAppearance=nodes.where(first, dossier),
        appearance=places,
    )


def _counted(claim: ClaimPicture, stance: Any) -> Node:
    count = claim.counts[stance]
    return nodes.node(
        "InteractionCounter",
        claim.id,
        stance,
        interactionType=f"https://schema.org/{ACTIONS[stance]}",
        userInteractionCount=count.statements,
        cc_stance=stance,
        cc_independentSources=count.origins,
    )


def _statement(
    question: QuestionPicture | None, claim: ClaimPicture | None, row: StatementPicture, dossier: DossierRead
) -> Node:
    about = claim or question
    ended = row.why_not_live
    return nodes.node(
        ACTIONS[row.stance] if row.explicitness == "explicit" else "ReactAction",
        row.id,
        identifier=row.ref,
        agent=nodes.who(row.source_id, dossier),
        object=nodes.node("Claim" if claim else "Question", about.id) if about else None,
        startTime=iso8601.iso(row.said, row.effective_from),
        result=[_appearance(place, row, dossier) for place in row.appearances],
        cc_stance=row.stance,
        cc_explicitness=row.explicitness,
        cc_act=row.act,
        cc_certainty=row.certainty,
        cc_basis=row.basis,
        cc_credibility=row.credibility,
        cc_said=row.said,
        cc_knownBy=row.effective_by,
        cc_recheckAt=row.recheck_at and iso8601.moment(row.recheck_at),
        cc_live=row.live,
        cc_whyNotLive=ended and ended.reason,
        cc_notLiveSince=ended and ended.at,
        cc_endedBy=nodes.ids([ended.statement_id]) if ended and ended.statement_id else None,
        cc_withdrawn=row.withdrawn,
        cc_withdrawnReason=row.withdrawn_reason,
        cc_withdrawnIn=nodes.where(row.withdrawn_document_id, dossier),
        cc_supersedes=nodes.ids([row.supersedes_id]) if row.supersedes_id else None,
        cc_figureState=row.figure_state,
    )


def _appearance(place: AppearanceRead, row: StatementPicture, dossier: DossierRead) -> Node:
    """The words, as a part of the document that they stand in."""
    translation = place.translation and nodes.node(
        "CreativeWork", place.id, "translation", text=place.translation, inLanguage=place.translation_language
    )
    hops = [
        nodes.node(
            "cc:Hop",
            hop.id,
            agent=nodes.who(hop.source_id, dossier),
            cc_step=hop.step,
            cc_disclosure=hop.disclosure,
            cc_howKnown=hop.how_known,
            cc_state=hop.state,
            cc_score=hop.score,
        )
        for hop in place.hops
    ]
    return nodes.node(
        "Quotation" if place.quoted else "CreativeWork",
        place.id,
        identifier=place.ref,
        text=place.wording,
        inLanguage=place.language,
        author=nodes.who(row.source_id, dossier) if place.quoted else None,  # else they are the document's words
        isPartOf=nodes.where(place.document_id, dossier),
        workTranslation=translation,
        cc_fidelity=place.fidelity,
        cc_cue=place.cue,
        cc_framing=place.framing,
        cc_attribution=place.attribution,
        cc_location=place.location,
        cc_note=place.note,
        cc_hop=hops,
    )


def _review(
    one: AssessmentPicture, question: QuestionPicture | None, claim: ClaimPicture, dossier: DossierRead
) -> Node:
    return nodes.node(
        "ClaimReview",
        one.id,
        identifier=one.ref,
        url=one.url,
        claimReviewed=claim.text,
        itemReviewed=_reviewed(claim, dossier),
        author=nodes.who(one.author_id, dossier),
        datePublished=iso8601.iso(one.made, one.made_from),
        inLanguage=one.language,
        reviewBody=one.explanation,
        reviewRating=_rating(one),
        citation=[place for id_ in one.document_ids if (place := nodes.where(id_, dossier))],
        cc_made=one.made,
        cc_settles=nodes.ids([question.id]) if one.settles and question else None,
        cc_supersedes=nodes.ids([one.supersedes_id]) if one.supersedes_id else None,
        cc_superseded=one.superseded,
    )


def _rating(one: AssessmentRead) -> Node:
    """The author's own numbers, if it gave any: none is made up for a word."""
    return nodes.node(
        "Rating",
        one.id,
        "rating",
        alternateName=one.label or one.rating.replace("_", " "),
        ratingValue=one.rating_value,
        bestRating=one.best_rating,
        worstRating=one.worst_rating,
        cc_scheme=one.scheme,
        cc_rating=one.rating,
    )
