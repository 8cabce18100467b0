"""The ground: pool and transactions, named queries, migrations, the embedded server, the clocks."""
