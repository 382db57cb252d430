#!/bin/sh
# Lets the standby stream from the primary.
echo 'host replication postgres all trust' >> "$PGDATA/pg_hba.conf"
