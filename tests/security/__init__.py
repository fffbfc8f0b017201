"""What attackers try on a running server: the rows S2 to S20 and P5 of the reliability goals, each as a test."""
