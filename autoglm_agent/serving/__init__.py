"""The skins for other programs: what people type at the command, offered over protocols."""
