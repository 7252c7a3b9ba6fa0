"""How results look in the formats of others: pure, from what the schemas hold."""
