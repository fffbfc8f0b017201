"""The live door: Engine.IO and Socket.IO over WebSocket and HTTP long-polling, and the chat behind them."""
