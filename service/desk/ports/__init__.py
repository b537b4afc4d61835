"""What the steps need from outside, in their own words, by subject."""
