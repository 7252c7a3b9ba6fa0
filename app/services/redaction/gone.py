"""What is no longer there: which addresses led to records that were deleted or redacted.

Who could not have seen a record is not told that it was there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Row, TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import Askable, ask
from app.errors import Gone
from app.models import Event, EventLink, Record
from app.schemas import addresses
from app.schemas.addresses import ParsedAddress
from app.schemas.kinds import kind_of
from app.services.access import Caller


class GoneRecord(NamedTuple):
    id: UUID
    is_redacted: bool

    def __str__(self) -> str:
        return "redacted" if self.is_redacted else "deleted"


_REDACTED: Final = (
    "it was redacted, and is not stored again: leave it out. Of a source or an event it may be the name or title that "
    "was; a ref of its own says that this is another one"
)


def redacted(pointers: Iterable[str]) -> Gone:
    """The problem of what was redacted, which tells nothing of it; `pointers`: where it stands in the body."""
    errors = [{"pointer": pointer, "detail": _REDACTED} for pointer in pointers]
    return Gone("Something that this tells or names was redacted.", errors=errors)


# The last change of each, by id or by ref, if that is a deletion or what a redaction left; what was redacted is found
# by a hash of its ref, slug or page. `public`: all that it belonged to is public, or what is left of it is, so that
# every caller could have read it.
_LAST_CHANGES: Final = text("""
SELECT asked.nth, last.record_id, last.redacted, coalesce(
        (last.record->>'confidential')::boolean
            OR last.type = 'source' AND protector((last.record->>'merged_into')::uuid) IS NOT NULL,
        last.type = 'source_link' AND EXISTS (SELECT FROM source s
            WHERE s.id::text IN (last.record->>'from_id', last.record->>'to_id') AND protector(s.id) IS NOT NULL),
        false) AS confidential,
    CASE last.type WHEN 'event' THEN coalesce(last.record->>'visibility' = 'public', false)
    WHEN 'source' THEN last.redacted AND source_is_public(last.record_id)
    WHEN 'document' THEN last.redacted AND document_is_public(last.record_id)
    ELSE (SELECT coalesce(bool_and(is_public(id)), false) FROM unnest(
        CASE last.type WHEN 'event_link' THEN ARRAY[(last.record->>'from_id')::uuid, (last.record->>'to_id')::uuid]
        ELSE ARRAY[last.event_id] END) id) END AS public
FROM unnest(CAST(:types AS text[]), CAST(:ids AS uuid[]), CAST(:refs AS text[]), CAST(:slugs AS text[]),
    CAST(:pages AS text[])) WITH ORDINALITY asked(type, id, ref, slug, page, nth)
CROSS JOIN LATERAL (
    SELECT *, coalesce(record->'redacted' @> '["record"]', false) AS redacted FROM (
        (SELECT * FROM change WHERE type = asked.type AND record_id IN (
            SELECT asked.id UNION ALL SELECT r.record_id FROM redaction_key r
            WHERE r.digest = redaction_digest(redaction_words('ref', asked.type, asked.ref))
                OR r.digest = redaction_digest(redaction_words('ref', asked.type, 'slug', asked.slug))
                OR r.digest = redaction_digest(redaction_words('page', 'key', asked.page)))
            ORDER BY seq DESC LIMIT 1)
        UNION ALL
        (SELECT * FROM change WHERE op = 'delete' AND record->>'ref' = asked.ref AND type = asked.type
            ORDER BY seq DESC LIMIT 1)) c) last
WHERE last.op = 'delete' OR last.redacted
""")


async def find(
    session: Askable, caller: Caller, named: Sequence[tuple[type[Record], str]], page_keys: Sequence[str] = ()
) -> dict[int, GoneRecord]:
    """Which of these addresses (ids, `ref:`s and slugs) led to a record that was deleted or redacted.

    By their places in `named`, those that the caller could have seen. The slug of what was deleted is free again.
    `page_keys`: of documents that were redacted, whose places come after those.
    """
    parsed = [addresses.parse(address) for _, address in named]
    if not page_keys and not any(address.id or address.ref or address.slug for address in parsed):
        return {}
    parsed += [ParsedAddress()] * len(page_keys)
    parameters = {
        "types": [*(kind_of(model).name for model, _ in named), *("document" for _ in page_keys)],
        "ids": [address.id for address in parsed],
        "refs": [address.ref for address in parsed],
        "slugs": [address.slug for address in parsed],
        "pages": [*(None for _ in named), *page_keys],
    }
    return {
        row.nth - 1: GoneRecord(row.record_id, row.redacted)
        for row in await ask(session, _LAST_CHANGES, parameters)
        if (not row.confidential or caller.may("confidential")) and (caller.may("read") or row.public)
    }


# --- refs that were lost ----------------------------------------------------------------------------------------------

# The reason that the ledger notes where a new delivery of a report takes back what an earlier one had said.
REPLACED: Final = "a newer delivery of the report no longer says this"
_EVENTS: Final = (Event, EventLink)


@dataclass(frozen=True, slots=True)
class Lost:
    """A record that was deleted, or redacted: of such a one not even its ref is said."""

    ref: str
    is_redacted: bool

    def at(self, pointer: str) -> Gone:
        if self.is_redacted:
            return redacted([pointer])
        return Gone(
            "A record with this ref was deleted.",
            errors=[{"pointer": pointer, "detail": f"{self.ref} was deleted; its ref is not used again"}],
        )


# The last deletion of each says why. By the hash of its ref what was redacted is found: nothing else tells of it.
_LOST_REFS: Final = text("""
(SELECT DISTINCT ON (record->>'ref') record->>'ref' AS ref, reason, false AS redacted,
    coalesce((record->>'confidential')::boolean, false) AS confidential FROM change
WHERE op = 'delete' AND type = :type AND record->>'ref' = ANY (:refs) ORDER BY record->>'ref', seq DESC)
UNION ALL SELECT ref, NULL, true, false FROM unnest(CAST(:refs AS text[])) ref
WHERE EXISTS (SELECT FROM redaction_key) AND EXISTS (
    SELECT FROM redaction_key WHERE digest = redaction_digest(redaction_words('ref', :type, ref)))
ORDER BY ref, redacted""")


def losses(model: type[Record], refs: Iterable[str]) -> tuple[TextClause, dict[str, Any]]:
    """The question which of these refs were lost."""
    return _LOST_REFS, {"type": model.__tablename__, "refs": list(refs)}


async def lost_refs(
    session: AsyncSession, caller: Caller, model: type[Record], rows: Iterable[Row[Any]]
) -> dict[str, Lost]:
    """By what `losses` gave, the refs whose record was redacted or deleted; but not by its own report, which may come.

    Of what was deleted: of events, and of what belongs to them, those that the caller could have seen; of sources those
    that were not confidential. What else there is was cited by nothing when it was deleted, and so it was nobody's.
    """
    lost = [row for row in rows if row.reason != REPLACED and (caller.may("confidential") or not row.confidential)]
    if lost and not caller.may("read") and (kind_of(model).in_event or model in _EVENTS):
        readable = await find(session, caller, [(model, f"ref:{row.ref}") for row in lost])
        lost = [row for nth, row in enumerate(lost) if nth in readable or row.redacted]
    return {row.ref: Lost(row.ref, row.redacted) for row in lost}
