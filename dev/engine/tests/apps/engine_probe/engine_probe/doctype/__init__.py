"""Its DocTypes."""
