"""What develops and shows the app: nothing here is ever installed on a user's bench."""
