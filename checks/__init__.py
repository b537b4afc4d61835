"""The questions asked of an application; one file, one class, one question.

They are found through the entry-point group `granska.checks` in pyproject.toml; there is no list here. To add one: copy
`organisation_number.py`, write its test first, name it in pyproject.toml, put its sentences in `templates/words/`, and
name it in a rule set. See CONTRIBUTING.md.
"""
