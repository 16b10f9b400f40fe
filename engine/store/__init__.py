"""The only place with SQL: the session, one module per aggregate, the record of events, the migrations."""
