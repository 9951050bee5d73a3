"""The screen reader's parts: layout, windows, what a window holds, and what that says of the activity."""
