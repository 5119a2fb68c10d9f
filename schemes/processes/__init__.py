"""Our own pool of worker processes, which die one at a time and never outlive their owner."""
