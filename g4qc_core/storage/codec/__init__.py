"""How frames reach the server: COPY in binary form, one transaction a write."""
