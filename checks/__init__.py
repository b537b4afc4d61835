"""The questions asked of an application; a folder for each, with its class and its sentences in both languages.

They are found through the entry-point group `granska.checks` in pyproject.toml; there is no list here, and nothing else
in the service knows one by name. To add one: copy `organisation_number/`, write its test first, name it in
pyproject.toml and in a rule set. `granska checks conform NAME` says what is missing. See CONTRIBUTING.md.
"""
