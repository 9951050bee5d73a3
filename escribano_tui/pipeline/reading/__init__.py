"""Reading only what is new: which lines stood still, which moved, which are known, and what is left to recognise."""
