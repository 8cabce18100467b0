"""The room of alerts: conditions that a person must hear of, each open once until it is resolved."""
