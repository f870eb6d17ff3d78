"""What was understood of files, and what is doubtful about it: facts by contract, the clock, the prices, the rolls."""
