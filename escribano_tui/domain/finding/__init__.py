"""What can be told of a segment: found in its screen text, its descriptions and what was said."""
