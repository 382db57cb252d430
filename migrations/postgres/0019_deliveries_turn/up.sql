-- What each receiver is to be sent next is found without a look at what waits for the others. The index is made beside
-- the writers, which takes a step outside of a transaction, of one statement.
CREATE INDEX CONCURRENTLY deliveries_turn ON deliveries (webhook_id, state, next_at, seq);
