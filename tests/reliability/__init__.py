"""What holds over time and in numbers: soaks, crowds, what is left afterwards."""
