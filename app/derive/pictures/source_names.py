"""What the sentences of a picture call a source, and the sources that a picture names."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from app.derive.pictures import masking
from app.derive.pictures.masking import MaskedSources
from app.derive.rules.statements import StatementInContext
from app.schemas.pictures import side_maps
from app.schemas.pictures.side_maps import SideMap
from app.schemas.sources import SourceRead
from app.texts import folding
from app.texts.messages import wording
from app.texts.messages.wording import Wording


def name(id_: UUID | None, sources: SideMap, words: Wording = wording.ENGLISH) -> str:
    """What a sentence calls it. That a source is protected goes before what it is like."""
    if id_ is None:
        return wording.say(words, "no_source")
    source = sources[id_]
    if source.name:
        return source.name
    if source.confidential:
        return wording.say(words, "protected_source")
    return wording.say(words, "unnamed_source", {"role": source.role} if source.role else {})


def of_statements(
    sources: MaskedSources, statements: Sequence[StatementInContext], goes_by: UUID | None, words: Wording
) -> str:
    """Whom statements are by that belong together; `goes_by`: the source that they go by, as it is shown, or document.

    Never a document's title alone, which nobody speaks: `unnamed sources (“Blast injures dozens”)`. Where all are
    described alike (residents), or the document has no title, they are called as they are described. Where nothing is
    known that they go by, the first of them speaks for all.
    """
    if goes_by is not None and goes_by in sources.side_map:
        return name(goes_by, sources.side_map, words)
    speaker_ids = dict.fromkeys(masking.show_speaker(sources, statement.row) for statement in statements)
    document = sources.rows.documents.get(goes_by) if goes_by else None
    if len(speaker_ids) == 1 or document is None:
        return name(masking.show_speaker(sources, statements[0].row), sources.side_map, words)
    descriptions = [sources.side_map[id_].name if id_ else None for id_ in speaker_ids]
    each_once = {folding.name(description): description for description in descriptions if description}
    if all(descriptions) and (len(each_once) == 1 or not document.title):
        return ", ".join(each_once.values())
    title = document.title or document.url
    return wording.say(words, "unnamed_sources", {"document": title} if title else {})


def side_map(ids: Iterable[UUID], sources: SideMap) -> dict[UUID, SourceRead]:
    """These sources and whom they belong to, in the order of `sources`."""
    named = {ancestor for id_ in ids for ancestor in side_maps.lineage(id_, sources)}
    return {id_: source for id_, source in sources.items() if id_ in named}
