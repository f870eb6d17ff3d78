"""What is traded: specs and portfolios of the trading file, and who decides for each of them."""
