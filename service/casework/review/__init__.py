"""What an officer finds out, writes down and asks the applicant, before a decision."""
