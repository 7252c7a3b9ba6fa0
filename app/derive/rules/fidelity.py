"""Which of a document's versions tells whether a quotation stands: the latest. What stood in an earlier one drifted.

An appearance names one version and, where its words stand in it, the place. It names another one only when its words
became other words: as long as the latest version has the same ones, the place that was found first stays. A place that
was found under another id of a merged document can't be named: the fidelity is told without one.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from app.texts.quotes import Quote, Spot, Verdict
from app.vocabulary import Fidelity

STOOD: Final = ("verbatim", "edited", "translated", "drifted")


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a document that has a text."""

    id: UUID
    document_id: UUID
    retrieved_at: datetime
    sha256: bytes
    language: str | None
    headline: str | None


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
    fresh: bool
    """Its words are new or were changed, or it was never looked up: what was found before does not count."""


class _Look(NamedTuple):
    version: Version
    verdict: Verdict


# What a quotation's words come to in one version; None: not known yet.
Look = Callable[[Quote, Version], Verdict | None]


def fidelity_now(
    quotation: Quotation, versions: Sequence[Version], new: Collection[UUID], look: Look
) -> Finding | None:
    """What becomes of an appearance. None: `look` has yet to be told something that it was asked for.

    `versions`: of its document and those merged with it, the latest first; `new`: which of them are.
    """
    before = quotation.finding
    if not quotation.quote.quoted or quotation.quote.wording is None:
        return Finding("unchecked" if quotation.quote.wording is None else "paraphrase", version_id=before.version_id)
    if quotation.fresh and not versions:
        return Finding("unchecked", version_id=before.version_id)
    if not quotation.fresh and (not versions or (versions[0].id not in new and before.fidelity != "not_found")):
        return before
    own = next((version for version in versions if version.id == before.version_id), versions[0])
    latest, named = look(quotation.quote, versions[0]), look(quotation.quote, own)
    if latest is None or named is None:
        return None
    if latest.fidelity in STOOD:
        return _there(quotation, _Look(versions[0], latest), _Look(own, named))
    earlier = [version for version in versions[1:] if quotation.fresh or version.id in new]
    return _gone(quotation, _Look(versions[0], latest), earlier, look)


def _there(quotation: Quotation, latest: _Look, own: _Look) -> Finding:
    """Where it stands in the latest version; or, with the same words, where it was read or found before."""
    before, (fidelity, spot) = quotation.finding, latest.verdict
    exact = spot.exact if spot else None
    if not quotation.fresh and (before.fidelity, before.exact) == (fidelity, exact):
        return before
    same = own.verdict.fidelity == fidelity and own.verdict.spot and own.verdict.spot.exact == exact
    return _at(quotation, own if same else latest, fidelity)


def _gone(quotation: Quotation, latest: _Look, earlier: Sequence[Version], look: Look) -> Finding | None:
    """It is not in the latest version: whether it stood in an earlier one."""
    before, fidelity = quotation.finding, latest.verdict.fidelity
    if not quotation.fresh and before.fidelity in STOOD:
        return before if fidelity == "unchecked" else Finding("drifted", before.exact, None, before.version_id)
    looks = [(version, look(quotation.quote, version)) for version in earlier]
    if any(verdict is None for _, verdict in looks):
        return None
    stood = [_Look(version, verdict) for version, verdict in looks if verdict and verdict.fidelity in STOOD]
    if stood and fidelity != "unchecked":
        return _at(quotation, next((one for one in stood if one.version.id == before.version_id), stood[0]), "drifted")
    here = latest.version.id if latest.version.document_id == quotation.document_id else None
    return Finding(fidelity, version_id=before.version_id or here)


def _at(quotation: Quotation, one: _Look, fidelity: Fidelity) -> Finding:
    if one.version.document_id != quotation.document_id:
        return Finding(fidelity, version_id=quotation.finding.version_id)
    spot = one.verdict.spot
    return Finding(fidelity, spot.exact if spot else None, spot, one.version.id)
