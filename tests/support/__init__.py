"""What several tests need: a platform of real processes, and clients that are not ours."""
