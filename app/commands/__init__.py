"""The commands of `counterclaim`, one module each."""
