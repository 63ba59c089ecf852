-- Which database this is: what is derived from another is not taken for derived from this one. Another each time one is made.
CREATE TABLE installation (id TEXT COLLATE "C" PRIMARY KEY);
INSERT INTO installation (id) VALUES (replace(CAST(gen_random_uuid() AS TEXT), '-', ''));
