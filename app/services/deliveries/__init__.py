"""What ingest scripts deliver: reports, which may come again, and lines.

`reports` and `ingest` are the verbs of endpoints; `intake` stores what they bring. When a report comes again,
`mentions` tells what it had said, and of that what others say, too; `replacing` brings records to what it says now,
`taking_back` deletes what it says no more; `pointers` tells what others have built upon.
"""
