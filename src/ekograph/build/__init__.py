"""The build of a large site: functions of parts of its data, and what runs them, on this machine or on many."""
