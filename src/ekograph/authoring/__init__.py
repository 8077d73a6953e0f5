"""What a maintainer of the data meets: positions, findings, formatting."""
