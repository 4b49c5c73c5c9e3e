-- By what number a platform knows a bound place, whatever it is called; and how often work on an update was begun that did not
-- come to an end.

ALTER TABLE bindings ADD COLUMN number TEXT;
ALTER TABLE inbox ADD COLUMN begun INTEGER NOT NULL DEFAULT 0;
