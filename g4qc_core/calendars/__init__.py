"""Trading calendars: sessions and trade dates, from the library's days and the corrections in `calendars.toml`."""
