"""`jembatan demo`: plays an example folder through a real platform, and tells what that said."""
