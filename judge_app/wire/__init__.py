"""The LAN protocol, sans-I/O: messages, their bytes, the join link, signatures and receipts. No socket here."""
