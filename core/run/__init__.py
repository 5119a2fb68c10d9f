"""What a run is: tasks, their states, the scheduler and the executor."""
