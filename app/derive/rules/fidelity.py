"""A quotation's fidelity is that to the latest version of its document. What stood only in an earlier one has drifted.

An appearance names one version and, where its words stand in it, the place. It names another one only when its words
became other words: as long as the latest version has the same ones, the place that was found first stays. A place that
was found under another id of a merged document can't be named: the fidelity is told without one.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from app.texts.quoting.quotes import Quote, Spot, Verdict
from app.vocabulary import Fidelity

# What tells that the words stand in a text, or did in an earlier version.
WAS_IN_TEXT: Final = ("verbatim", "edited", "translated", "drifted")


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a document that has a text."""

    id: UUID
    document_id: UUID
    retrieved_at: datetime
    sha256: bytes
    language: str | None
    headline: str | None
    is_part: bool = False
    """Known to be but a part of the document's text."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What an appearance says of where its words stand."""

    fidelity: Fidelity
    exact: str | None = None
    spot: Spot | None = None
    """None with `exact`: as it is stored already."""
    version_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Quotation:
    """An appearance whose words are looked up."""

    id: UUID
    document_id: UUID | None
    quote: Quote
    finding: Finding
    starts_over: bool
    """Its words are new or were changed, or it was never looked up: what was found before does not count."""


class _Look(NamedTuple):
    version: Version
    verdict: Verdict


# What a quotation's words come to in one version; None: not known yet.
Look = Callable[[Quote, Version], Verdict | None]


def fidelity_now(
    quotation: Quotation, versions: Sequence[Version], new_version_ids: Collection[UUID], look: Look
) -> Finding | None:
    """The finding to store with an appearance. None: `look` does not yet have a verdict that is needed for it.

    `versions`: of its document and those merged with it, the latest first; `new_version_ids`: of those in
    which it was not looked up yet.
    """
    quote, before, starts_over = quotation.quote, quotation.finding, quotation.starts_over
    if not quote.quoted or quote.wording is None:
        return Finding("unchecked" if quote.wording is None else "paraphrase", version_id=before.version_id)
    if starts_over and not versions:
        return Finding("unchecked", version_id=before.version_id)
    if not starts_over and (not versions or (versions[0].id not in new_version_ids and before.fidelity != "not_found")):
        return before
    latest, named = versions[0], next((version for version in versions if version.id == before.version_id), versions[0])
    in_latest = look(quote, latest)
    in_named = in_latest if named is latest else look(quote, named)
    if in_latest is None or in_named is None:
        return None
    if in_latest.fidelity in WAS_IN_TEXT:
        return _still_there(quotation, _Look(latest, in_latest), _Look(named, in_named))
    earlier = [version for version in versions[1:] if starts_over or version.id in new_version_ids]
    return _not_in_latest(quotation, _Look(latest, in_latest), earlier, look)


def _still_there(quotation: Quotation, latest: _Look, named: _Look) -> Finding:
    """Where it stands in the latest version; or, with the same words, where it was read or found before."""
    before, (fidelity, spot) = quotation.finding, latest.verdict
    exact = spot.exact if spot else None
    if not quotation.starts_over and (before.fidelity, before.exact) == (fidelity, exact):
        return before
    named_spot = named.verdict.spot
    has_same_words = named.verdict.fidelity == fidelity and named_spot and named_spot.exact == exact
    return _finding(quotation, named if has_same_words else latest, fidelity)


def _not_in_latest(quotation: Quotation, latest: _Look, earlier: Sequence[Version], look: Look) -> Finding | None:
    """Whether it stood in an earlier version."""
    before, fidelity = quotation.finding, latest.verdict.fidelity
    if not quotation.starts_over and before.fidelity in WAS_IN_TEXT:
        # What can't be looked up in the latest version may well stand there.
        return before if fidelity == "unchecked" else Finding("drifted", before.exact, None, before.version_id)
    verdicts = [(version, look(quotation.quote, version)) for version in earlier]
    if any(verdict is None for _, verdict in verdicts):
        return None
    stood = [_Look(version, verdict) for version, verdict in verdicts if verdict and verdict.fidelity in WAS_IN_TEXT]
    if stood:
        best = next((seen for seen in stood if seen.version.id == before.version_id), stood[0])
        # What can't be looked up in the latest version may well stand there still: whichever came first.
        return _finding(quotation, best, best.verdict.fidelity if fidelity == "unchecked" else "drifted")
    latest_id = latest.version.id if latest.version.document_id == quotation.document_id else None
    return Finding(fidelity, version_id=before.version_id or latest_id)


def _finding(quotation: Quotation, look: _Look, fidelity: Fidelity) -> Finding:
    """Without a place where that is under another id of the document."""
    if look.version.document_id != quotation.document_id:
        return Finding(fidelity, version_id=quotation.finding.version_id)
    spot = look.verdict.spot
    return Finding(fidelity, spot.exact if spot else None, spot, look.version.id)
