"""All support of an association, over grants and rooms: its dossier."""
