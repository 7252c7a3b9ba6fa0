"""Take in: what is sent becomes records, through one door.

`bodies.creating`, and `deliveries` for reports and lines, are the verbs of endpoints. They let `bodies.walking` (a
body) or `bodies.lines` (a line of NDJSON) make `drafts`, and give them to `pipeline`, the one order of steps. In it
`references` finds what a body names, `foreign_keys` gives columns the ids of what they point at, `matching` asks by
`keys` whether the same is there already (of what comes back from an export by id; for sources by their names:
`by_name`, and `in_place` for those of one place alone and for unnamed ones), `quotes` looks quotations up, `storing`
inserts and completes, `copies` and `credits` propose links and steps of chains. `bodies.outcomes` says what became of
each part.
"""
