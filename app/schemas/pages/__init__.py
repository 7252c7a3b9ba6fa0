"""Which page an address means: the same however it is written, wrapped or shared."""
