"""The doors: each turns the bytes of one outside protocol into commands, and events into its bytes."""
