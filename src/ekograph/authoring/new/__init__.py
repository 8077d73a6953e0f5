"""New things of a site: what is asked for, what is proposed, and where in which file they are written."""
