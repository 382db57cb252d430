#!/bin/sh
# Lets the standby stream from the primary, which waits for it from its next start on: while the database is set up there is none.
echo 'host replication postgres all trust' >> "$PGDATA/pg_hba.conf"
psql --username postgres --command "ALTER SYSTEM SET synchronous_standby_names = 'standby'"
