"""What is new: the ledger's changes as one caller may see them, what narrows them, and what they moved."""
