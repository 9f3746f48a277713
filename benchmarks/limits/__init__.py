"""What this machine allows at best: each limit does one part of the work, and nothing else."""
