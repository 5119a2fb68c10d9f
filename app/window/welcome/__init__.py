"""What is shown when no pipeline is: ways to begin, recent files, and examples with pictures."""
