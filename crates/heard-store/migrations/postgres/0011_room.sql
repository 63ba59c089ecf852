-- Cells of the cubes are added to over and over: room in their pages lets the new version of a row stand beside the old one,
-- without another entry in the index. What is there already gets its room when it is next written.
ALTER TABLE cube SET (fillfactor = 50);
ALTER TABLE cube_rating SET (fillfactor = 50);
