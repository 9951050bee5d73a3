"""Describing frames: what each describer is given, in which order, and what becomes of its answers."""
