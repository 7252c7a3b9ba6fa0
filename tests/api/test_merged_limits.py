"""What holds for one body holds for what many changes add up to."""

import httpx
import pytest
from calls import claim, get, patch, source

LANGUAGES = [f"en-x-{first}{second}" for first in "abcdefghijklm" for second in "abcdefghij"]


@pytest.mark.parametrize(("field", "most"), [("external_ids", 50), ("translations", 100)])
async def test_changes_add_up_to_no_more(client: httpx.AsyncClient, event: str, field: str, most: int) -> None:
    ids = field == "external_ids"
    path = f"/v1/sources/{await source(client, 'Ines')}" if ids else f"/v1/claims/{await claim(client, event)}"
    names = [f"scheme{number}" for number in range(130)] if ids else LANGUAGES
    half = most // 2
    await patch(client, path, {field: dict.fromkeys(names[:half], "x")})
    await patch(client, path, {field: dict.fromkeys(names[half:most], "x")})
    told = await patch(client, path, {field: {names[most]: "x"}}, 422)
    detail = f"with those that are stored there are {most + 1}: at most {most}; a null takes one out"
    assert told["errors"] == [{"pointer": f"/{field}", "detail": detail}]
    assert len((await get(client, path))[field]) == most
    await patch(client, path, {field: {names[0]: None, names[most]: "x"}})
    too_many = await patch(client, path, {field: dict.fromkeys(names[: most + 1], "x")}, 422)
    assert f"at most {most}" in too_many["errors"][0]["detail"]
