"""Words about text: pure functions on strings, without rows or schemas.

Whatever is compared, is folded first: `folding`, character by character (`characters`, `repertoire`), and in a word of
mixed scripts (`lookalikes`). `quoting` finds a quotation in a text.
`fingerprints` tells which text is a copy of which, `credits` which of the `agencies` had it first, `alike` how alike
two claims are. What a word is in which script: `scripts`; which languages are one: `languages`.
"""
