"""Decide: what is in force, whose it is, what contradicts it, and where that leaves a claim.

`docs/standing.md` tells these rules to readers. They build on each other: `merges` and `dates` (which record, when),
`families` (whose), `statements` (both for each statement), `in_force` (what counts), `figures` and `rivals` (what can't
be true together). `context` puts these together for one event at one moment. From it follow `origins` (who is
independent of whom), `standing` (of a claim, and the status of its question), `contradictions`, `silences` and
`unattributed`. `rows` is what comes in, `construct` makes what goes out. `fidelity` is a quotation's, decided when that
is stored.
"""
