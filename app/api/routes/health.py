from fastapi import APIRouter
from pydantic import BaseModel

from app import __version__
from app.api.deps import Connected, Route
from app.api.problems import documented

router = APIRouter(tags=["health"], route_class=Route)


class Health(BaseModel):
    status: str
    version: str


@router.get("/livez", summary="Is the process there?")
async def get_livez() -> Health:
    """Answers while the process runs."""
    return Health(status="alive", version=__version__)


@router.get("/readyz", summary="Can it serve?", responses=documented())
async def get_readyz(database: Connected) -> Health:
    """Answers 503 while the database is out of reach."""
    await database.probe()
    return Health(status="ready", version=__version__)
