"""Where a quotation stands in a text: `quotes` decides, in texts as they are `searched`.

Word for word, but for what is none of a text's words (`noise`); or with words changed (`fuzzy`) or with others between
(`interruptions`). `negations` always count.
"""
