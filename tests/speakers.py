"""Who speaks in the tests of where claims and questions stand, and of what."""

from typing import Any, Final

import make
from scenes import WHAT, claim, said

from app.schemas.claims import ClaimRead
from app.schemas.sources import SourceRead
from app.schemas.statements import StatementRead

MINISTRY: Final = make.read(SourceRead, name="Ministry", party="russia")
MINISTER: Final = make.read(SourceRead, name="Minister", parent_id=MINISTRY.id)
AGENCY: Final = make.read(SourceRead, name="Agency", party="russia")
ARMY: Final = make.read(SourceRead, name="Army", party="ukraine")
WITNESS: Final = make.read(SourceRead, name="Witness")
NEIGHBOUR: Final = make.read(SourceRead, name="Neighbour")
OFFICIAL: Final = make.read(SourceRead, name=None, role="an official", disclosure="role_only")
SOMEBODY: Final = make.read(SourceRead, name=None, disclosure="anonymous")
SOURCES: Final = [MINISTRY, MINISTER, AGENCY, ARMY, WITNESS, NEIGHBOUR, OFFICIAL, SOMEBODY]
IT: Final = claim("A drone", question_id=WHAT.id)
OTHER: Final = claim("Fireworks", question_id=WHAT.id)
THIRD: Final = claim("Gas", question_id=WHAT.id)


def says(by: SourceRead | None, about: ClaimRead = IT, **given: Any) -> StatementRead:
    return said(about, by, **{"said": "2023-08-09"} | given)


def denies(by: SourceRead | None, about: ClaimRead = IT, **given: Any) -> StatementRead:
    return says(by, about, stance="deny", **given)
