"""What a market tells: lists, segments, costs, sizes, plans, and how sure all of it is."""
