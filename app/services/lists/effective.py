"""When statements were said, in SQL, as `derive/rules/dates` has it: lists are sorted and narrowed by it."""

from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Subquery, case, exists, func, or_, select, true

from app.models import Appearance, Document, DocumentVersion, table_of


@lru_cache(maxsize=20)
def said_from(rows: Subquery) -> ColumnElement[Any]:
    """The beginning of its `said`, else when the first of its documents was published, else read, else recorded.

    Each is only looked for where the one before is not there. The function of the database that says the same takes six
    times as long: it looks for what was merged with every document, which hardly any was. It is put together once: its
    tables' columns are many.
    """
    return func.coalesce(
        rows.c.said_from, _published(rows), _retrieved(rows), rows.c.created_at, type_=rows.c.created_at.type
    )


# What is looked up is a value of each row and no join: for that there is one plan, by its index, also where nothing is
# known of the tables yet.
def _published(rows: Subquery) -> ScalarSelect[Any]:
    appearance = table_of(Appearance).alias()
    document, merged, kin = (table_of(Document).alias() for _ in range(3))
    one_of_several = or_(document.c.merged_into.is_not(None), exists().where(merged.c.merged_into == document.c.id))
    in_kin = select(func.document_kin(document.c.id).label("id")).correlate(document).lateral()
    of_each = select(kin.c.published_from).where(kin.c.id == in_kin.c.id).correlate(in_kin).scalar_subquery()
    of_kin = select(func.min(of_each)).select_from(in_kin)
    published = select(case((one_of_several, of_kin.scalar_subquery()), else_=document.c.published_from))
    of_document = published.where(document.c.id == appearance.c.document_id).correlate(appearance).scalar_subquery()
    return select(func.min(of_document)).where(appearance.c.statement_id == rows.c.id).correlate(rows).scalar_subquery()


def _retrieved(rows: Subquery) -> ScalarSelect[Any]:
    appearance, version = table_of(Appearance).alias(), table_of(DocumentVersion).alias()
    in_kin = select(func.document_kin(appearance.c.document_id).label("id")).correlate(appearance).lateral()
    of_each = select(func.min(version.c.retrieved_at)).where(version.c.document_id == in_kin.c.id).correlate(in_kin)
    return (
        select(func.min(of_each.scalar_subquery()))
        .select_from(appearance)
        .join(in_kin, true())
        .where(appearance.c.statement_id == rows.c.id)
        .correlate(rows)
        .scalar_subquery()
    )
