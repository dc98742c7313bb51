"""Documents that agents save: invoices as PDF and as text."""
