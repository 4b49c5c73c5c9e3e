-- Who sends a delivery, so that a hub that comes back takes up again what it was sending when it died.
ALTER TABLE deliveries ADD COLUMN lease_node VARCHAR(190);
