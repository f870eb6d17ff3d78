"""Trading over a broker and the stores: the trader, its kill switch, and what is shown of it."""
