"""The only room with SQL: connections, transactions, the journal, migrations, search."""
