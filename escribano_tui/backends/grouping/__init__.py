"""Groupers: which segments belong to one thread of work."""
