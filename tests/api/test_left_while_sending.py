"""A client that leaves while it sends is nobody's failure."""

import json
from typing import Any

import pytest
import structlog
from fastapi import FastAPI


@pytest.mark.parametrize("path", ["/v1/documents", "/v1/reports", "/v1/lookup", "/v1/sources", "/v1/ingest"])
async def test_who_leaves_while_sending_is_answered_nothing(app: FastAPI, key: str, path: str) -> None:
    kind = b"application/x-ndjson" if path == "/v1/ingest" else b"application/json"
    messages: list[Any] = [{"type": "http.request", "body": b'{"name": ', "more_body": True}]
    sent: list[Any] = []

    async def receive() -> Any:
        return messages.pop() if messages else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http", "method": "POST", "path": path, "query_string": b"", "http_version": "1.1", "root_path": "",
        "headers": [(b"authorization", b"Bearer " + key.encode()), (b"content-type", kind), (b"content-length", b"99")],
        "scheme": "http", "server": ("test", 80), "client": ("127.0.0.1", 1),
    }  # fmt: skip
    with structlog.testing.capture_logs() as logged:
        await app(scope, receive, send)
    assert [line for line in logged if line["log_level"] in ("error", "critical")] == []
    assert all(json.loads(message["body"])["status"] == 400 for message in sent if message.get("body"))
