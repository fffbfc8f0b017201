"""Tests of socketio."""
