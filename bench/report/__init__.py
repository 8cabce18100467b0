"""The report: tables for the terminal, and the page with its plots for the documents, both from the same results."""
