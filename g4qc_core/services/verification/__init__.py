"""Law 8 put to the test: derived tables are made again from what they derive from, and compared with what is stored.

Nothing is written here. What differs is said in words, with the command that makes it again.
"""
