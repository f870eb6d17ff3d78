"""Coverage: what is known of each session and which minutes are missing, from the stores."""
