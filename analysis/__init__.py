"""Draws what the simulator left in its run directories. Reads files only; never links the simulator."""
