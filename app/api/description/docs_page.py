"""`/docs`: the description to try out, of files that come with the service: no page asks any other site."""

import base64
import hashlib
import re
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

_PAGE: Final = bytes(
    get_swagger_ui_html(
        openapi_url="openapi.json",
        title="Counterclaim",
        swagger_js_url=f"{_FILES}/swagger-ui-bundle.js",
        swagger_css_url=f"{_FILES}/swagger-ui.css",
        swagger_favicon_url="data:,",
        swagger_ui_parameters=_PARAMETERS,
    ).body
)
# Its one script that stands in the page itself may run, and none that anything else could bring in.
_SCRIPT: Final = re.findall(b"<script>(.*?)</script>", _PAGE, re.DOTALL)[0]
_SCRIPT_HASH: Final = base64.b64encode(hashlib.sha256(_SCRIPT).digest()).decode()
_POLICY: Final = (
    f"default-src 'none'; script-src 'self' 'sha256-{_SCRIPT_HASH}'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

router = APIRouter()


@router.get("/docs", include_in_schema=False)
async def get_docs() -> HTMLResponse:
    return HTMLResponse(_PAGE, headers={"Content-Security-Policy": _POLICY})


def add(app: FastAPI) -> None:
    """Have `app` serve the page and its files."""
    app.include_router(router)
    files = resources.files("fastapi_offline") / "static"
    app.mount(f"/{_FILES}", StaticFiles(directory=str(files)))
