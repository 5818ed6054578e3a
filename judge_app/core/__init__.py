"""The rules of a contest as pure functions over typed values; imports the standard library and msgspec only."""
