DROP INDEX deliveries_turn;
