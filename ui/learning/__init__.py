"""Parts of the learn page: customers, what they share, the profile, the proof, twins, segments."""
