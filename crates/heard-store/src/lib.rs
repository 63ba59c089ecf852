//! Truth in SQL, the search index, and the figures that both answer.
