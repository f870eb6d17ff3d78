"""The tear sheet of a backtest: the HTML report with its charts, and small pictures. Figures are not computed here."""
