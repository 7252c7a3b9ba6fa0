"""`/docs`: the description to try out, of files that come with the service: no page asks any other site."""

from importlib import resources
from typing import Final

from fastapi import APIRouter, FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

# Beside the page, so that it works behind a proxy's prefix, too.
_FILES: Final = "docs/files"
_PARAMETERS: Final = {
    "deepLinking": True,
    "displayOperationId": True,
    "docExpansion": "none",
    "defaultModelsExpandDepth": 0,
    "defaultModelRendering": "example",
    "filter": True,
    "persistAuthorization": True,
    "tryItOutEnabled": True,
}

router = APIRouter()


@router.get("/docs", include_in_schema=False)
async def get_docs() -> HTMLResponse:
    return get_swagger_ui_html(
        openapi_url="openapi.json",
        title="Counterclaim",
        swagger_js_url=f"{_FILES}/swagger-ui-bundle.js",
        swagger_css_url=f"{_FILES}/swagger-ui.css",
        swagger_favicon_url="data:,",
        swagger_ui_parameters=_PARAMETERS,
    )


def add(app: FastAPI) -> None:
    """Have `app` serve the page and its files."""
    app.include_router(router)
    files = resources.files("fastapi_offline") / "static"
    app.mount(f"/{_FILES}", StaticFiles(directory=str(files)))
