"""A seat: the client of a room, without a window. Its connection, its outbox on disk, its reading of the room's clock."""
