"""What a person types: parsing, help and exit codes. Heavy imports stand inside commands, so that help is quick."""
