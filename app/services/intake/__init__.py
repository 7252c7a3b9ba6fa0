"""Take in: what is sent becomes records, through one door.

`creating`, `reports` and `ingest` are the verbs of endpoints. They let `walking` (a body) or `lines` (a line of NDJSON)
make `drafts`, and give them to `pipeline`, the one order of steps. In it `references` finds what a body names,
`foreign_keys` gives columns the ids of what they point at, `matching` asks by `keys` whether the same is there already
(of what comes back from an export: by id), `quotes` looks quotations up, `storing` inserts and completes,
`copies` and `credits` propose links and steps of chains. `outcomes` says what became of each part.
"""
