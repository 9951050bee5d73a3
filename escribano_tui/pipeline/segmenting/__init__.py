"""How evidence becomes segments and subjects: pure functions, each of which can be looked at alone."""
