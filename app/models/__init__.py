"""The tables.

`base` has the kinds of columns and constraints. Records, which the ledger (`change`) has every version of: `source`,
`document`, `event`, `question`, `claim`, `statement`, `assessment`. No records: keys and kept answers (`access`), and
what can be made again from the records (`search`, `text`).

What belongs to an event has its `event_id` and UNIQUE (event_id, id), the target of composite foreign keys: so a
statement can't point at another event's claim.
"""

from app.models.access import ApiKey, IdempotencyKey, Instance, RedactionKey
from app.models.assessment import Assessment, AssessmentDocument
from app.models.base import RULE_MESSAGES, Base, Record, table_of
from app.models.change import Change, EventHead, LedgerHead
from app.models.claim import Claim, ClaimLink
from app.models.document import Document, DocumentLink, DocumentVersion, Report
from app.models.event import Event, EventLink
from app.models.mention import Mention
from app.models.question import Question
from app.models.search import SearchEntry
from app.models.source import Source, SourceLink, SourceNameKey
from app.models.statement import Appearance, AppearanceHop, Statement
from app.models.text import TextMark, TextPrint
from app.models.webhook import Webhook, WebhookDelivery

__all__ = [
    "RULE_MESSAGES",
    "ApiKey",
    "Appearance",
    "AppearanceHop",
    "Assessment",
    "AssessmentDocument",
    "Base",
    "Change",
    "Claim",
    "ClaimLink",
    "Document",
    "DocumentLink",
    "DocumentVersion",
    "Event",
    "EventHead",
    "EventLink",
    "IdempotencyKey",
    "Instance",
    "LedgerHead",
    "Mention",
    "Question",
    "Record",
    "RedactionKey",
    "Report",
    "SearchEntry",
    "Source",
    "SourceLink",
    "SourceNameKey",
    "Statement",
    "TextMark",
    "TextPrint",
    "Webhook",
    "WebhookDelivery",
    "table_of",
]
