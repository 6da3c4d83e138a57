"""Toy pairs: a base trained from scratch, its RL checkpoints, all ordinary Hugging Face folders."""
