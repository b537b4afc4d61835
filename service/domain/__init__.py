"""The words and rules of the work; nothing here knows a database, a web page or the clock."""
