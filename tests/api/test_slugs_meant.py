"""A slug that leads nowhere is told with the nearest that the caller may see, and with no other."""

import httpx
import pytest
from calls import get, post

FILTERED = (
    "/v1/statements",
    "/v1/claims",
    "/v1/search?q=fire",
    "/v1/statements.csv",
    "/v1/rechecks?before=2024-01-01T00:00Z",
)


@pytest.fixture
async def events(client: httpx.AsyncClient) -> None:
    for slug in ("zagorsk-2023", "zagorsk-2022", "moscow-drones-2023", "port-of-odesa"):
        await post(client, "/v1/events", {"title": slug, "slug": slug})
    await post(client, "/v1/events", {"title": "Secret", "slug": "secret-lab-2023", "visibility": "restricted"})
    twin = (await post(client, "/v1/events", {"title": "Twin", "slug": "zagorsk-twin"}))["id"]
    await post(client, f"/v1/events/{twin}/merge", {"into": "zagorsk-2023"}, 200)


@pytest.mark.usefixtures("events")
async def test_the_nearest_are_told(anybody: httpx.AsyncClient) -> None:
    for slug, meant in {
        "zagrosk-2023": "`zagorsk-2023` or `zagorsk-2022`",
        "zagorsk": "`zagorsk-2022` or `zagorsk-2023`",
        "drones-moscow": "`moscow-drones-2023`",
        "port-odessa": "`port-of-odesa`",
    }.items():
        for path in ("", "/dossier", "/timeline", "/statements", "/export.csv", "/diff?since=2023"):
            refused = await get(anybody, f"/v1/events/{slug}{path}", 404)
            assert refused["detail"] == f"There is no event at this address; did you mean {meant}?", (slug, path)
        for path in FILTERED:
            refused = await get(anybody, f"{path}{'&' if '?' in path else '?'}event={slug}", 422)
            assert refused["errors"][0]["detail"].endswith(f"`{slug}`; did you mean {meant}?"), (slug, path)


@pytest.mark.usefixtures("events")
async def test_nobody_waits_for_it(client: httpx.AsyncClient) -> None:
    """A write is refused at once."""
    refused = await post(client, "/v1/events/zagrosk-2023/claims", {"text": "A drone"}, 404)
    assert refused["detail"] == "There is no event at this address."


@pytest.mark.usefixtures("events")
async def test_nothing_near_and_no_slug(anybody: httpx.AsyncClient, client: httpx.AsyncClient) -> None:
    for address in ("quux", "ref:zagorsk-2023", "01890a5d-ac96-774b-bcce-b302099a8057"):
        assert (await get(anybody, f"/v1/events/{address}", 404))["detail"] == "There is no event at this address."
    assert (await get(client, "/v1/sources/ref:zagorsk-2023", 404))["detail"] == "There is no source at this address."


@pytest.mark.usefixtures("events")
async def test_what_is_hidden_is_as_if_it_were_not_there(anybody: httpx.AsyncClient, client: httpx.AsyncClient) -> None:
    nearly = "There is no event at this address; did you mean `secret-lab-2023`?"
    assert (await get(client, "/v1/events/secret-lab-2024", 404))["detail"] == nearly
    before = {}
    for slug in ("secret-lab-2024", "secret-lab-2023", "secret", "secret-lab-2025"):
        before[slug] = (await get(anybody, f"/v1/events/{slug}", 404))["detail"]
        assert before[slug] == "There is no event at this address."
        refused = await get(anybody, f"/v1/statements?event={slug}", 422)
        assert "secret-lab-2023" not in refused["errors"][0]["detail"].replace(f"`{slug}`", "")
    # Nor does it take the place of what may be told.
    for nth in range(3):
        hidden = {"title": "Near", "slug": f"port-of-odesa-{nth}", "visibility": "restricted"}
        await post(client, "/v1/events", hidden)
    assert "did you mean `port-of-odesa`?" in (await get(anybody, "/v1/events/port-of-odesa-9", 404))["detail"]
