"""Every expected failure, as an RFC 9457 problem: status, title and explanation live in the class.

No web framework here: `api.problems` turns these into answers and serves each `explanation` under its `type`.
"""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Final, Self


class Problem(Exception):  # noqa: N818  (the standard's own word for it)
    """A failure that a caller is told of. `extra` becomes members of the answer beside the standard ones."""

    status: ClassVar[int] = 500
    slug: ClassVar[str] = "internal-error"
    title: ClassVar[str] = "Internal error"
    explanation: ClassVar[str] = (
        "The service failed in a way it did not foresee. Nothing of the request was stored. The request_id finds the "
        "cause in the service's log."
    )

    def __init__(self, detail: str = "", headers: dict[str, str] | None = None, **extra: Any) -> None:
        super().__init__(detail)
        self.detail, self.headers, self.extra = detail, headers or {}, extra

    def __str__(self) -> str:
        return self.detail

    def __copy__(self) -> Self:
        """Without __init__, which asks for more in some problems than an exception keeps."""
        problem = type(self).__new__(type(self), *self.args)
        problem.__dict__.update(self.__dict__)
        return problem


class Merged(Problem):
    """Not a failure: it leads to the record that stays. `api.problems` makes the Location of it."""

    status, slug, title = 308, "merged", "Merged into another record"
    explanation = (
        "The record was merged into another; Location leads there, with the rest of the path and the query kept. "
        "`merged=self` reads the merged record itself; a PATCH of `merged_into` to null undoes the merge."
    )

    def __init__(self, address: str, target: str) -> None:
        super().__init__("This record was merged into another.")
        self.address, self.target = address, target


class BadRequest(Problem):
    status, slug, title = 400, "bad-request", "Request not understood"
    explanation = (
        "The request is not HTTP or JSON as it should be: broken JSON, an encoding other than UTF-8, nesting too deep."
    )


class BadCursor(Problem):
    status, slug, title = 400, "bad-cursor", "Cursor not understood"
    explanation = (
        "A cursor is opaque, signed, and bound to the list, filters and order it came from. Take `next` or `prev` of a "
        "page as they are, or start again without a cursor."
    )


def _challenge(**parameters: str) -> dict[str, str]:
    """What RFC 6750 has a refusal say of the key that is needed."""
    parameters = {"realm": "counterclaim", **parameters}
    written = [f'{name}="{words}"' for name, words in parameters.items() if words]
    return {"WWW-Authenticate": f"Bearer {', '.join(written)}"}


class KeyInAddress(Problem):
    status, slug, title = 400, "key-in-address", "Key in the address"
    explanation = (
        "A key stood in the query of the address, and addresses land in logs, histories and other sites' referrers. It "
        "was not looked at. Give that key another token (`counterclaim keys rotate NAME`) or revoke it, and send it as "
        "`Authorization: Bearer cc_…`."
    )

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail, _challenge(error="invalid_request"))


class Unauthorized(Problem):
    status, slug, title = 401, "unauthorized", "Key needed"
    explanation = (
        "This needs `Authorization: Bearer cc_…` with a key that the service knows. `counterclaim keys create NAME` "
        "makes one."
    )

    def __init__(self, detail: str = "", *, error: str = "", scopes: Iterable[str] = ()) -> None:
        """`error`: RFC 6750's word for what is wrong with what was sent; `scopes`: those that are needed."""
        description = detail if error else ""
        super().__init__(detail, _challenge(error=error, error_description=description, scope=" ".join(scopes)))


class Forbidden(Problem):
    status, slug, title = 403, "forbidden", "Scope missing"
    explanation = "The key is known, but it was not given the scope that this call needs."

    def __init__(self, detail: str = "", *, scopes: Iterable[str] = (), **extra: Any) -> None:
        """`scopes`: those that are needed."""
        super().__init__(detail, _challenge(error="insufficient_scope", scope=" ".join(scopes)), **extra)


class NotFound(Problem):
    status, slug, title = 404, "not-found", "Not found"
    explanation = "There is no such record or path, or it is not for this caller to see."


class MethodNotAllowed(Problem):
    status, slug, title = 405, "method-not-allowed", "Method not allowed"
    explanation = "The path exists, but not with this method. The Allow header names those it has."


class TooSlow(Problem):
    status, slug, title = 408, "too-slow", "Too slow"
    explanation = (
        "The request came in too slowly: its head takes at most 10 s, and of its body at least 1 kB comes in 30 s. The "
        "connection was closed. Send the request again."
    )


class Conflict(Problem):
    status, slug, title = 409, "conflict", "Conflict"
    explanation = (
        "The request clashes with what is stored: a ref, slug or URL that another record bears, a record that others "
        "point at, or one that was merged into another. `url` (or `urls`) names the record in the way, where the "
        "caller may see it."
    )
    bearer: Any = None
    """The kind and id of the record in the way, where it is yet to be asked whether the caller may see it."""


class Gone(Problem):
    status, slug, title = 410, "gone", "Gone"
    explanation = (
        "The record was here and was deleted or redacted. Its history, where it may be seen, says when and why."
    )


class Fork(Problem):
    """`common`: the last position that both know, as far as it can be proven; `checkpoints`: some of this ledger's."""

    status, slug, title = 410, "fork", "Not on this ledger"
    explanation = (
        "The position is not on this ledger's chain: it is another ledger's, or the database was restored from a "
        "backup that did not have it. Nothing is skipped over: what was read after `common`, or after the newest of "
        "`checkpoints` that you know, may never have been, and is read again from there."
    )


class PreconditionFailed(Problem):
    status, slug, title = 412, "precondition-failed", "Changed meanwhile"
    explanation = (
        "The record is no longer the version that If-Match names. Read it again, decide again, and send the change "
        "with the ETag you then have. `etag` is the current one."
    )


class TooLarge(Problem):
    status, slug, title = 413, "too-large", "Too large"
    explanation = (
        "A body has at most 8 MB where the text of a document may stand in it, 256 kB elsewhere, 50,000 values and "
        "1,000 records; `errors`, where it is there, names the list that has more. Send several smaller ones."
    )


class AddressTooLong(Problem):
    status, slug, title = 414, "address-too-long", "Address too long"
    explanation = "The address in a request's first line has at most 64 kB. The connection was closed."


class UnsupportedMediaType(Problem):
    status, slug, title = 415, "unsupported-media-type", "Media type not supported"
    explanation = (
        "Bodies are JSON in UTF-8: `Content-Type: application/json` (for PATCH also `application/merge-patch+json`)."
    )


class Invalid(Problem):
    """`errors` says where: a list of {"pointer": "/statements/0/stance", "detail": …}."""

    status, slug, title = 422, "invalid", "Invalid input"
    explanation = (
        "The request was understood, but something in it can't be stored as it is. Each entry of `errors` has a JSON "
        "pointer into the body (or `parameter`, for the query and path) and says what is wrong there. Nothing was "
        "stored."
    )

    def __init__(self, sentence: str, errors: list[dict[str, str]], **extra: object) -> None:
        """`sentence`: what is wrong with the whole; the detail has the one place, too, or that there are several."""
        super().__init__(sentence, None, errors=errors, **extra)
        self.sentence = sentence
        self.tell_of(errors)

    def tell_of(self, errors: Sequence[dict[str, str]]) -> None:
        """Have the detail, which may be all that is shown, tell of these errors."""
        self.extra["errors"], self.detail = list(errors), self.sentence
        if len(errors) > 1:
            self.detail += f" `errors` has {len(errors)} places, and what is wrong there."
        elif errors and errors[0]["detail"].casefold() not in self.sentence.casefold():
            error = errors[0]
            address = (
                f"`{error['parameter']}`: " if "parameter" in error else f"{error['pointer']}: ".removeprefix(": ")
            )
            self.detail += f" {address}{error['detail']}"

    @classmethod
    def at(cls, pointer: str, detail: str) -> "Invalid":
        """One thing wrong, at one place of the body."""
        return cls("The body has something that can't be stored.", [{"pointer": pointer, "detail": detail}])

    @classmethod
    def parameter(cls, name: str, detail: str) -> "Invalid":
        """One thing wrong with a parameter of the query or the path."""
        return cls("A parameter can't be used as it is.", [{"parameter": name, "detail": detail}])


class Misdirected(Problem):
    status, slug, title = 421, "misdirected", "Another host"
    explanation = "The Host is no name of this service: its operator has said which it has (COUNTERCLAIM_HOSTS)."


class PreconditionRequired(Problem):
    status, slug, title = 428, "precondition-required", "If-Match needed"
    explanation = (
        "A change or deletion names the version it was decided on, so that nobody overwrites what they have not seen: "
        "send If-Match with the record's ETag, or `*` to take whatever is there."
    )


class TooManyRequests(Problem):
    status, slug, title = 429, "too-many-requests", "Too many requests"
    explanation = (
        "Each key, and each address without one, has a bucket of requests that fills up again; an answer that the "
        "service still has takes a hundredth of one. RateLimit says how much is left, Retry-After when there is one."
    )

    def __init__(self, noun: str, requests: int, window_seconds: int, seconds: float) -> None:
        super().__init__(
            f"One {noun} makes at most {requests:,} requests in {window_seconds} s. Ask again when Retry-After says.",
            {"Retry-After": str(int(seconds) + 1)},
        )


class HeadersTooLarge(Problem):
    status, slug, title = 431, "headers-too-large", "Headers too large"
    explanation = (
        "A request has at most 100 header fields, which together have at most 32 kB. The connection was closed."
    )


class NotOffered(Problem):
    status, slug, title = 501, "not-offered", "Not offered"
    explanation = "The interface that this path belongs to has such a method, but this service does not offer it."


PERHAPS_STORED: Final = (
    "It may be stored, or not. Send it again as it is: under the same Idempotency-Key, or with the same refs, it is "
    "stored once."
)


class Unavailable(Problem):
    status, slug, title = 503, "unavailable", "Not available for the moment"
    explanation = (
        "The database is out of reach, or there is more to do at the moment than can be done: `detail` says of which "
        "kind. Nothing was stored, unless `detail` says that it may be. Retry-After says when to try again."
    )

    def __init__(self, detail: str = "", retry_after: int = 1) -> None:
        super().__init__(detail, {"Retry-After": str(retry_after)})


def raise_together(problems: Sequence[Problem]) -> None:
    """Raise the first of the problems, if there is one, with the `errors` of all others of its class."""
    if not problems:
        return
    first = problems[0]
    if len(problems) > 1:
        alike = [problem for problem in problems if type(problem) is type(first)]
        together = [
            error | ({"url": problem.extra["url"]} if "url" in problem.extra else {})
            for problem in alike
            for error in problem.extra.get("errors", ())
        ]
        first.extra["errors"] = together
        if isinstance(first, Invalid):
            first.tell_of(together)
    raise first


def all_problems() -> list[type[Problem]]:
    """Every kind of problem there is, by status."""
    return sorted([Problem, *Problem.__subclasses__()], key=lambda kind: (kind.status, kind.slug))
