-- What waits is found by its place, at a cost that does not grow with what was sent there.
CREATE INDEX deliveries_status_place ON deliveries (status, place, passing);
DROP INDEX deliveries_place_status;
CREATE INDEX inbox_waiting ON inbox (source, handled_at, received_at, position, external_id);
DROP INDEX inbox_source_handled_at;
