"""Words about text: pure functions on strings, without rows or schemas."""
