"""What answers say in words, in each language: `wording` puts it together, the catalogues beside it hold the words."""
