"""What a review does, without a screen: where one is, where one can go, and what an edit is made of."""
