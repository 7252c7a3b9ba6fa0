"""A name in other signs is like the same names, and describes somebody or nobody as before."""

from random import Random

import alike
import pytest
import signs
import soaking
import worlds

from app.texts import folding, names
from app.texts.who import descriptions

KINS = [list(kin) for kin in alike.NAMES] + [[name] for *_, name in worlds.SIGNS]
DESCRIPTIONS = (
    "Several websites", "Posts on Facebook", "Соцмережі", "anonymous user", "Telegram channels", "مصادر محلية",
    "Herald", "@anna", "Northern Army", "Posad Live", "VChK-OGPU", "TASS", "Kestrel 5", "Степовий вісник",
    "N/A", "null", "н/д", "112", "1+1", "7x7", "???", "لا يوجد",
)  # fmt: skip


@pytest.mark.soak
def test_names_are_alike_in_whatever_signs() -> None:
    pick = Random(soaking.SEED)
    for _ in range(soaking.times(4)):
        for kin in KINS:
            for name in kin:
                written = signs.same_name(pick, name)
                assert set(names.keys(written, person=True)) == set(names.keys(name, person=True)), ascii(written)
                for other in kin:
                    if other != name:
                        likeness = names.likeness(written, other, person=True)
                        assert likeness == names.likeness(name, other, person=True), (ascii(written), other)


@pytest.mark.soak
def test_what_describes_nobody_does_so_in_whatever_signs() -> None:
    pick = Random(soaking.SEED)
    for _ in range(soaking.times(4)):
        for name in DESCRIPTIONS:
            written = signs.same_name(pick, name)
            assert descriptions.describes(folding.visible(written)) == descriptions.describes(name), ascii(written)
