"""The report of a portfolio: `portfolio_page` is the page, `portfolio_pictures` has pictures for other places."""
