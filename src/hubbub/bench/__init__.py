"""`hubbub bench`: how many people this machine holds, measured on a server of its own."""
