"""What is done to ERPNext, for an access that has been decided already."""
