"""Foreign data in, lines of NDJSON out, and notes of what could not be used and why. Nothing here reads or sends."""
