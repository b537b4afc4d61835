"""The office itself: users, keys, and which rule set is in force."""
