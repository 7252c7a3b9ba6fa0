"""Compare: one event at two moments.

`snapshots` lays the two dossiers out by id; `field_changes` tells what changed of a record, `verdict_changes` what the
rules decide otherwise; `diff` puts all of it together, and `summaries` into sentences.
"""
