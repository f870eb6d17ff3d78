"""The sentences that G4QC says, each with a code that never changes, in English and Spanish.

English is written where it is said: exceptions, notes, checks and logs are English text. `sentences/` lists the same
sentences as templates; from a text the template that made it is found again, with its values, and filled in another
language. So sentences that were stored, or came from another process, are translated like new ones.
"""
