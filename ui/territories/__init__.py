"""The Territories page: a plan of who gets what, its proof, its moves, and what would change it."""
