"""The fictional demo district: its accounts, rooms and examples, and eight weeks that it has lived."""
