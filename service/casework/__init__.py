"""Cases, from application to legal force."""
