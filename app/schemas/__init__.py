"""What goes in and out.

Each kind of record has a module: `…Create` and `…Change` come in, `…Read` goes out, `…Filter` and `…Query` narrow its
list. A record that comes in has no defaults: what was not given must not look as if it was, where one that is there
already is completed or changed. Defaults are the tables' (`app/models`) or the intake's (`services/intake`).

`fields` are the types of what comes in, checked; `addresses` how records are named, `urls` which addresses on the web
are one; `common` what all share. `kinds` is the one table of the kinds of record. `reports` and `lines` are what ingest
scripts send; `findings` says where in a body an error is, and what would be right. `pictures/` are the answers that
`app/derive` makes.
"""
