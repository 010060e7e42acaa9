"""Reference tables that ship with the product: industries, geography and exchange rates."""
