"""Answers with `view=compact`: a part of the full ones, under the same names, and what is lacking is what may lack."""

import json
import re
from collections.abc import Iterator
from typing import Any, get_args

import make
import pytest
import randomly
import soaking
from pydantic import BaseModel
from scenes import ALL, EVENT, claim, drawn, found_in, rows, said

from app.schemas.common import Page
from app.schemas.pictures import compact
from app.schemas.pictures.dossiers import DossierRead
from app.schemas.pictures.figures import QuantityRead
from app.schemas.pictures.listed import StatementListed
from app.schemas.pictures.track_records import TrackEntry
from app.schemas.statements import StatementRead

# A map by id has no members of its own.
ID = re.compile(r"[0-9a-f-]{36}")


def lacking(full: Any, shown: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """The members that are left out, each with its place and value; all others have to be the same."""
    if isinstance(full, dict):
        assert shown.keys() <= full.keys(), at
        for name, value in full.items():
            place = at if ID.fullmatch(name) else f"{at}.{name}"
            if name in shown:
                yield from lacking(value, shown[name], place)
            else:
                yield place, value
    elif isinstance(full, list):
        assert len(shown) == len(full), at
        for value, shown_value in zip(full, shown, strict=True):
            yield from lacking(value, shown_value, at)
    else:
        assert shown == full, at
        assert shown is not None, at


def models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in models(part)]


def model_at(path: str) -> type[BaseModel]:
    """The kind of object in which the member at this path stands."""
    model: type[BaseModel] = DossierRead
    for name in path.split(".")[1:-1]:
        if name in model.model_fields:  # and no stance, in a map by stance
            (model,) = models(model.model_fields[name].annotation)
    return model


@pytest.mark.soak
@pytest.mark.parametrize("seed", soaking.seeds(20))
def test_it_is_a_part_of_the_full_answer(seed: int) -> None:
    dossier = drawn(randomly.event(seed), ALL)
    full, shown = json.loads(dossier.model_dump_json()), json.loads(compact.written(dossier))
    left_out = list(lacking(full, shown))
    assert {path.rpartition(".")[2] for path, _ in left_out} >= {"created_at", "version", "selector", "reasons"}
    for path, value in left_out:
        assert value is None or path.rpartition(".")[2] in compact.may_lack(model_at(path)), path


@pytest.mark.parametrize("seed", range(3))
def test_nothing_that_is_left_out_is_still_there(seed: int) -> None:
    shown = compact.written(drawn(randomly.event(seed), ALL)).decode()
    for nothing in ("null", '"hops":[]', '"external_ids":{}', '"quoted":false', '"created_at"', '"prefix"', '"ref"'):
        assert nothing not in shown
    # Lists that every page goes through are there also where they are empty.
    for there in ('"rivals":[]', '"statements":[]', '"unasked":[', '"silences":['):
        assert there in compact.written(drawn(rows(claims=[claim()]))).decode() + shown


def test_what_a_text_says_is_left_as_it_is() -> None:
    words = 'He wrote {"a":1,"hops":[],"quoted":false,"external_ids":{}} and ,"tags":[]'
    statement = said(claim(words), None)
    subject = claim(words, translations={"hops": words})
    dossier = drawn(rows(claims=[subject], statements=[statement.model_copy(update={"claim_id": subject.id})]))
    (shown,) = json.loads(compact.written(dossier))["unasked"]
    assert (shown["text"], shown["translations"]) == (words, {"hops": words})


def test_a_list_lacks_only_what_its_records_do_not_need() -> None:
    statement = make.read(StatementListed, said="2023-08-09", event_id=EVENT.id)
    unasked = {"document", "appearance"}
    written = compact.page_written(Page[Any](items=[statement]), StatementListed, unasked)
    (item,) = json.loads(written)["items"]
    assert (item["event_id"], item["said"]) == (str(EVENT.id), "2023-08-09")
    assert not item.keys() & {"said_from", "said_to", "version", "created_at", "updated_at", "ref", "document"}
    assert [] not in item.values()
    assert json.loads(written).keys() == {"items"}
    place = found_in(statement, wording="It burned")
    page = Page[Any](items=[statement.model_copy(update={"appearance": place})])
    (item,) = json.loads(compact.page_written(page, StatementListed, ()))["items"]
    assert item["appearance"] == {"id": str(place.id), "wording": "It burned", "fidelity": place.fidelity}


def test_no_bounds_stand_beside_the_words_of_a_time() -> None:
    """But two, to plot; also of members that are new."""
    shown = set()
    for model in compact._parts():
        excluded = compact._excluded(model)
        for name in model.model_fields:
            words, _, end = name.rpartition("_")
            if end in ("from", "to") and words in model.model_fields and name not in excluded:
                shown.add(name)
    assert shown == {"effective_from", "since_from"}


def test_other_answers_lack_nothing() -> None:
    assert compact.may_lack(QuantityRead) == compact.may_lack(TrackEntry) == set()
    assert compact.may_lack(StatementRead) >= {"event_id", "created_at"}
