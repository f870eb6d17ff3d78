"""History from files: what an import would take, before anything is stored."""
