//! What the product does, step by step: hear, read, gather, measure.
