"""What all benchmarks of the engine share: servers, backlogs, contestants, and what was measured."""
