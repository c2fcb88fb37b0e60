"""Mail that goes out: written, approved, paced, sent at most once, and why each letter waits."""
