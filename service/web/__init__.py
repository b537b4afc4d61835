"""Pages for people, JSON for machines; the only folder that knows Litestar."""
