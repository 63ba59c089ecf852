//! Reads a comment: language, passages, sentiment, emotion, categories, intents, stage.
