"""From a file to bars: members of folders and archives, blocks of rows, times in UTC, contracts by name."""
