"""Profiles: how a kind of file is written. `vendors.toml` has the built-in ones, `profile_file` reads them."""
