"""Sentences that people read, one module for each screen."""
