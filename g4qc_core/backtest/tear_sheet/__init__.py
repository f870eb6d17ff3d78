"""The tear sheet of a backtest: the HTML report with its charts, and small pictures. No figure is computed here."""
