"""What is no longer there: which addresses led to records that were deleted or redacted.

Who could not have seen a record is not told that it was there.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import text

from app.database import Askable, ask
from app.errors import Gone
from app.models import Record
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
