"""Show: one event, after the rules have decided, as the answers that readers get.

`dossier` is the whole of an event; `event`, `documents`, `statements` and `claims` are its parts, `index` is what they
look things up in, and `reasons` puts the verdicts into sentences. `timeline`, `matrix` and `audit` (of one document)
are slices of dossiers. `series` (figures) and `track_record` (one source, over all events) start from the rules'
context themselves. `masking` hides protected sources from whoever may not see them, in all of these; `source_names`
says what the sources that are shown are called.
"""
