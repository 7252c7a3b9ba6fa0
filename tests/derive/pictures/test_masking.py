"""The dossier for whom: what is masked, and what is not there, for whoever may not see it."""

from uuid import UUID

import make
from scenes import EVENT, WHAT, claim, drawn, found_in, rows, said, statements

from app.derive.rules.rows import View
from app.schemas.claims import ClaimRead
from app.schemas.documents import DocumentRead
from app.schemas.events import EventLinkRead, EventRead
from app.schemas.sources import SourceRead
from app.schemas.statements import HopRead, StatementRead


def masked(source: SourceRead, event: EventRead = EVENT) -> tuple[dict[tuple[UUID, UUID], UUID], UUID]:
    mask = make.uuid()
    return {(event.id, source.id): mask}, mask


def test_a_confidential_source_is_a_kind_and_a_disclosure() -> None:
    ministry = make.read(SourceRead, name="Ministry", party="state", kind="authority")
    secret = make.read(
        SourceRead,
        name="Ivan",
        party="state",
        kind="witness",
        disclosure="anonymous",
        parent_id=ministry.id,
        confidential=True,
    )
    masks, mask = masked(secret)
    subject, document = claim(), make.read(DocumentRead, publisher_id=secret.id)
    secret_statement = said(subject, secret, said="2023-08-09")
    passed_on = said(subject, ministry, said="2023-08-10", withdrawn="2023-08-12")
    hop = make.read(HopRead, source_id=secret.id)
    child = make.read(SourceRead, name="Child", parent_id=secret.id)
    event_rows = rows(
        claims=[subject],
        statements=[secret_statement, passed_on, said(subject, child, said="2023-08-13", stance="deny")],
        appearances=[found_in(secret_statement, document), found_in(passed_on, document, hops=[hop])],
        sources=[ministry, secret, child],
        documents=[document],
        confidential=frozenset([secret.id]),
        masks=masks,
    )
    public, full = drawn(event_rows, View()), drawn(event_rows)
    assert full.sources[secret.id].name == "Ivan"
    text = public.model_dump_json()
    assert str(secret.id) not in text
    assert "Ivan" not in text
    shown_source = public.sources[mask]
    assert (shown_source.kind, shown_source.disclosure, shown_source.confidential) == ("witness", "anonymous", True)
    assert (shown_source.name, shown_source.party, shown_source.parent_id) == (None, None, None)
    assert [s.source_id for s in statements(public)] == [mask, ministry.id, child.id]
    assert statements(public)[1].appearances[0].hops[0].source_id == mask
    assert public.documents[document.id].publisher_id is None
    assert public.sources[child.id].parent_id is None
    # All callers see one result; but not that the withdrawal covers it because both are of one family.
    assert [s.live for s in statements(public)] == [s.live for s in statements(full)] == [False, False, True]
    reasons = [s.why_not_live and (s.why_not_live.reason, s.why_not_live.statement_id) for s in statements(full)]
    assert reasons == [("withdrawn_elsewhere", passed_on.id), ("withdrawn", None), None]
    assert public.unasked[0].counts == full.unasked[0].counts
    public_end = statements(public)[0].why_not_live
    assert public_end is not None
    assert (public_end.reason, public_end.at, public_end.statement_id) == ("withdrawn", None, None)


def test_what_supersedes_across_a_mask_is_not_named() -> None:
    secret, visible = make.read(SourceRead, confidential=True), make.read(SourceRead)
    masks, _ = masked(secret)
    subject = claim()
    early = said(subject, visible, said="2023-08-09")
    late = said(subject, secret, said="2023-08-10", supersedes_id=early.id)
    event_rows = rows(
        claims=[subject],
        statements=[early, late],
        sources=[secret, visible],
        confidential=frozenset([secret.id]),
        masks=masks,
    )
    assert [s.supersedes_id for s in statements(drawn(event_rows))] == [None, early.id]
    public = statements(drawn(event_rows, View()))
    assert [s.supersedes_id for s in public] == [None, None]
    assert public[0].why_not_live is not None
    assert public[0].why_not_live.statement_id is None
    assert [s.live for s in public] == [False, True]


def test_a_silence_that_would_tell_the_party_of_a_hidden_source_is_kept_back() -> None:
    secret = make.read(SourceRead, party="ukraine", confidential=True)
    heir = make.read(SourceRead, parent_id=secret.id)
    plain = make.read(SourceRead, party="russia", parent_id=secret.id)
    for source, parties in ((secret, []), (heir, []), (plain, ["russia"])):
        silent = make.read(
            StatementRead, event_id=EVENT.id, question_id=WHAT.id, source_id=source.id, stance="no_comment"
        )
        masks, _ = masked(secret)
        event_rows = rows(
            questions=[WHAT],
            statements=[silent],
            sources=[secret, heir, plain],
            confidential=frozenset([secret.id]),
            masks=masks,
        )
        assert len(drawn(event_rows).silences) == 1
        assert [silence.party for silence in drawn(event_rows, View()).silences] == parties


def test_a_source_merged_into_a_confidential_one_is_masked_whatever_the_moment() -> None:
    secret = make.read(SourceRead, name="Secret", confidential=True)
    merged = make.read(SourceRead, name="Merged", merged_into=secret.id)
    since = make.read(SourceRead, name="Since")  # merged after the moment that is asked for
    masks = {(EVENT.id, source.id): make.uuid() for source in (secret, merged, since)}
    subject = claim()
    spoken = [
        said(subject, merged, said="2023-08-09"),
        said(subject, secret, said="2023-08-10"),
        said(subject, since, said="2023-08-11"),
    ]
    event_rows = rows(
        claims=[subject],
        statements=spoken,
        sources=[secret, merged, since],
        confidential=frozenset([secret.id]),
        absorbed=frozenset([merged.id, since.id]),
        masks=masks,
    )
    public = statements(drawn(event_rows, View()))
    secret_mask = masks[EVENT.id, secret.id]
    assert [s.source_id for s in public] == [secret_mask, secret_mask, masks[EVENT.id, since.id]]


def test_restricted_events_are_not_there_for_whoever_may_not_read_them() -> None:
    hidden = make.read(EventRead, title="Hidden", visibility="restricted")
    merged = make.read(EventRead, merged_into=EVENT.id)
    linked, linked_to_hidden = make.read(EventRead, title="Linked"), make.read(EventRead, merged_into=hidden.id)
    event = make.read(EventRead, id=EVENT.id, parent_id=hidden.id)
    open_claim, merged_claim = claim("Open"), make.read(ClaimRead, event_id=merged.id, text="Of the merged")
    ties = [(event, linked), (linked_to_hidden, event), (event, hidden), (event, merged)]
    event_rows = make.rows(
        event,
        events=[hidden, merged, linked, linked_to_hidden],
        event_links=[make.read(EventLinkRead, from_id=a.id, to_id=b.id, relation="related") for a, b in ties],
        event_ids=frozenset([event.id, merged.id]),
        claims=[open_claim, merged_claim],
    )
    full = drawn(event_rows)
    assert [(tie.title, tie.direction) for tie in full.event.links] == [
        ("Hidden", "from"),
        ("Hidden", "to"),
        ("Linked", "from"),
    ]
    assert full.event.parent_id == hidden.id
    secret = make.rows(
        event,
        **{name: getattr(event_rows, name) for name in ("event_links", "event_ids", "claims")},
        events=list(event_rows.events.values()),
        restricted=frozenset([hidden.id, merged.id]),
    )
    public = drawn(secret, View())
    assert [tie.title for tie in public.event.links] == ["Linked"]
    assert public.event.parent_id is None
    assert [c.id for c in public.unasked] == [open_claim.id]
    assert len(drawn(secret).unasked) == 2
