DROP TABLE positions;
DROP TABLE leases;
DROP TABLE deliveries;
DROP TABLE webhooks;
