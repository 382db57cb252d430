-- What each receiver is to be sent next is found without a look at what waits for the others.
CREATE INDEX deliveries_turn ON deliveries (webhook_id, state, next_at, seq);
