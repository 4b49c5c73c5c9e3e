-- By what number a platform knows a bound place, whatever it is called; and how often work on an update was begun that did not
-- come to an end.

ALTER TABLE bindings ADD COLUMN number VARCHAR(64) NULL;
ALTER TABLE inbox ADD COLUMN begun BIGINT NOT NULL DEFAULT 0;
