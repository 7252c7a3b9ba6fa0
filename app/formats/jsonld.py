"""An event as linked data: schema.org's Event, Claim and ClaimReview, and who takes which stance as its actions.

schema.org has no stance; it has AgreeAction ("expressing a consistency of opinion with the object") and its siblings:
each statement is one, with its agent, its object and the words. What schema.org has no word for stands beside it, under
the prefix `cc`; `docs/export.md` lists those words.
"""

import json
from typing import Any, Final

from app import times
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
# Inline, so that no reader has to fetch it.
CONTEXT: Final = {"@vocab": "https://schema.org/", "cc": OWN}

# For what is said explicitly. An implied stance is our reading of the words, so it becomes a ReactAction.
ACTIONS: Final = {
    "support": "AgreeAction",
    "deny": "DisagreeAction",
    "query": "AskAction",
    "comment": "CommentAction",
    "no_comment": "CommunicateAction",
    "no_information": "CommunicateAction",
}


def render(dossier: DossierRead) -> bytes:
    """The document, in UTF-8. `<` is escaped, so that it can stand inside a page's <script>."""
    graph = [_event(dossier.event), *(_question(question, dossier) for question in dossier.questions)]
    graph += [_claim(question, claim, dossier) for question, claim in naming.claims(dossier)]
    graph += [_statement(*parts, dossier) for parts in naming.statements(dossier)]
    graph += [
        _review(assessment, question, claim, dossier)
        for question, claim in naming.claims(dossier)
        for assessment in claim.assessments
    ]
    graph += [nodes.source_node(id_, dossier) for id_ in dossier.sources]
    graph += [nodes.document_node(document, dossier) for document in dossier.documents.values()]
    document = {"@context": CONTEXT, "@graph": graph}
    return json.dumps(document, ensure_ascii=False, indent=1).replace("<", "\\u003c").encode()


# --- the event and its questions --------------------------------------------------------------------------------------


def _event(event: EventPicture) -> Node:
    location = nodes.node(
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
        location=location if len(location) > len(("@id", "@type")) else None,
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
                f"{link.relation}-{link.direction}-{link.id}",
                object=nodes.node("Event", link.id, name=link.title),
                cc_relation=link.relation,
                cc_direction=link.direction,
            )
            for link in event.links
        ],
    )


def _question(question: QuestionPicture, dossier: DossierRead) -> Node:
    return nodes.node(
        "Question",
        question.id,
        identifier=question.ref,
        text=naming.question_text(question),
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
        **nodes.without_empty(
            {
                "identifier": claim.ref,
                "inLanguage": claim.language,
                "cc:translation": nodes.language_strings(claim.translations),
            }
        ),
        "about": nodes.ids([dossier.event.id] + ([question.id] if question else [])),
        "interactionStatistic": [_counted(claim, stance) for stance in claim.counts],
        **nodes.without_empty(
            {
                "cc:figure": figure,
                "cc:accuses": claim.accuses,
                "cc:rival": nodes.ids([rival.claim_id for rival in claim.rivals]),
            }
        ),
        "cc:standing": claim.standing,
        "cc:why": claim.why,
        **links,
    }


def _reviewed(claim: ClaimPicture, dossier: DossierRead) -> Node:
    """The claim as a review shows it: text, who makes it, when, where it appeared. Who denies it is no author."""
    supporting = [statement for statement in claim.statements if statement.stance == "support"]
    makers = [statement for statement in supporting if statement.outright and statement.live]
    document_ids = [appearance.document_id for statement in supporting for appearance in statement.appearances]
    works = [work for id_ in dict.fromkeys(document_ids) if (work := nodes.work(id_, dossier))]
    published = {id_: dossier.documents[id_].published_from for id_ in document_ids if id_ in dossier.documents}
    dated = [id_ for id_ in document_ids if id_ is not None and published.get(id_)]
    first_id = min(dated, key=lambda id_: (published[id_], id_)) if dated else None
    return nodes.node(
        "Claim",
        claim.id,
        text=claim.text,
        author=[nodes.agent(id_, dossier) for id_ in dict.fromkeys(statement.source_id for statement in makers) if id_],
        datePublished=iso8601.iso(makers[0].said, makers[0].effective_from) if makers else None,
        firstAppearance=nodes.work(first_id, dossier),
        appearance=works,
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
    question: QuestionPicture | None, claim: ClaimPicture | None, statement: StatementPicture, dossier: DossierRead
) -> Node:
    subject = claim or question
    end = statement.why_not_live
    return nodes.node(
        ACTIONS[statement.stance] if statement.outright else "ReactAction",
        statement.id,
        identifier=statement.ref,
        agent=nodes.agent(statement.source_id, dossier),
        object=nodes.node("Claim" if claim else "Question", subject.id) if subject else None,
        startTime=iso8601.iso(statement.said, statement.effective_from),
        result=[_appearance(appearance, statement, dossier) for appearance in statement.appearances],
        cc_stance=statement.stance,
        cc_explicitness=statement.explicitness,
        cc_act=statement.act,
        cc_certainty=statement.certainty,
        cc_basis=statement.basis,
        cc_preliminary=statement.preliminary,
        cc_credibility=statement.credibility,
        cc_said=statement.said,
        cc_knownBy=statement.effective_by,
        cc_recheckAt=statement.recheck_at and times.rfc3339(statement.recheck_at),
        cc_live=statement.live,
        cc_whyNotLive=end and end.reason,
        cc_notLiveSince=end and end.at,
        cc_endedBy=nodes.ids([end.statement_id]) if end and end.statement_id else None,
        cc_withdrawn=statement.withdrawn,
        cc_withdrawnReason=statement.withdrawn_reason,
        cc_withdrawnBy=statement.withdrawn_by,
        cc_withdrawnIn=nodes.work(statement.withdrawn_document_id, dossier),
        cc_supersedes=nodes.ids([statement.supersedes_id]) if statement.supersedes_id else None,
        cc_figureState=statement.figure_state,
    )


def _appearance(appearance: AppearanceRead, statement: StatementPicture, dossier: DossierRead) -> Node:
    """The words, as a part of the document that they stand in."""
    translation = appearance.translation and nodes.node(
        "CreativeWork",
        appearance.id,
        "translation",
        text=appearance.translation,
        inLanguage=appearance.translation_language,
    )
    hops = [
        nodes.node(
            "cc:Hop",
            hop.id,
            agent=nodes.agent(hop.source_id, dossier),
            cc_step=hop.step,
            cc_disclosure=hop.disclosure,
            cc_howKnown=hop.how_known,
            cc_state=hop.state,
            cc_score=hop.score,
        )
        for hop in appearance.hops
    ]
    return nodes.node(
        "Quotation" if appearance.quoted else "CreativeWork",
        appearance.id,
        identifier=appearance.ref,
        text=appearance.wording,
        inLanguage=appearance.language,
        author=nodes.agent(statement.source_id, dossier) if appearance.quoted else None,  # else the document's words
        isPartOf=nodes.work(appearance.document_id, dossier),
        workTranslation=translation,
        cc_fidelity=appearance.fidelity,
        cc_cue=appearance.cue,
        cc_framing=appearance.framing,
        cc_attribution=appearance.attribution,
        cc_location=appearance.location,
        cc_note=appearance.note,
        cc_hop=hops,
    )


def _review(
    assessment: AssessmentPicture, question: QuestionPicture | None, claim: ClaimPicture, dossier: DossierRead
) -> Node:
    works = [work for id_ in assessment.document_ids if (work := nodes.work(id_, dossier))]
    return nodes.node(
        "ClaimReview",
        assessment.id,
        identifier=assessment.ref,
        url=assessment.url,
        claimReviewed=claim.text,
        itemReviewed=_reviewed(claim, dossier),
        author=nodes.agent(assessment.author_id, dossier),
        datePublished=iso8601.iso(assessment.made, assessment.made_from),
        inLanguage=assessment.language,
        reviewBody=assessment.explanation,
        reviewRating=_rating(assessment),
        # An imported review has its own page among its documents.
        citation=[work for work in works if work.get("url") != assessment.url],
        cc_made=assessment.made,
        cc_settles=nodes.ids([question.id]) if assessment.settles and question else None,
        cc_supersedes=nodes.ids([assessment.supersedes_id]) if assessment.supersedes_id else None,
        cc_superseded=assessment.superseded,
    )


def _rating(assessment: AssessmentRead) -> Node:
    """The author's own numbers, where there are any. A word is not translated into a number."""
    return nodes.node(
        "Rating",
        assessment.id,
        "rating",
        alternateName=assessment.label or assessment.rating.replace("_", " "),
        ratingValue=assessment.rating_value,
        bestRating=assessment.best_rating,
        worstRating=assessment.worst_rating,
        cc_scheme=assessment.scheme,
        cc_rating=assessment.rating,
    )
