"""Real HTTP servers on this machine, which behave as badly as a test wants."""

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = Callable[[BaseHTTPRequestHandler], None]


def page(body: str | bytes, status: int = 200, kind: str = "text/html; charset=utf-8", **headers: str) -> Answer:
    """An answer; a header's `_` is a `-`."""
    data = body.encode() if isinstance(body, str) else body

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(data)), **headers}.items():
            if value:
                request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            request.wfile.write(data)

    return answer


def moved(to: str, status: int = 302) -> Answer:
    return page("", status, Location=to)


@contextlib.contextmanager
def site(pages: Mapping[str, Answer]) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Its address, and the headers of each request that came, with its `path`."""
    seen: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            seen.append({"path": self.path, **{name.lower(): value for name, value in self.headers.items()}})
            self.close_connection = True
            pages.get(self.path, page("gone", 404))(self)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def article(title: str = "The bridge stands", text: str = "", head: str = "") -> str:
    """A page as news sites have it: a menu, a title, a text."""
    told = text or (
        "The bridge over the river has not fallen, the city said on Wednesday. It was built in 1911, and was last "
        "looked at in spring, when engineers found it to be in good order. Pictures that show it in ruins were taken "
        "elsewhere, and in another year, as their shadows and the signs in the background tell anybody who looks."
    )
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>{head}</head><body>'
        f"<nav><a href='/'>Home</a> <a href='/sport'>Sport</a></nav><article><h1>{title}</h1>"
        f"<p>{told}</p></article><footer>All rights reserved</footer></body></html>"
    )
