"""Roll calendars: the date of each roll by rule, manual overrides, and the prices of both contracts."""
