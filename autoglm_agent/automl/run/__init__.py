"""What a run leaves behind and goes by: its folder, ledger, events and clock."""
