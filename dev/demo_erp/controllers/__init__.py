"""What the controllers of several doctypes share."""
