"""Roll calendars of an instrument: computed from the stores, stored, and shown."""
