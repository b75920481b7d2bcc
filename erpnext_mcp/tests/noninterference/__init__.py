"""What the property tests of test_noninterference.py are made of: a DocType of their own, a model of what a caller may
know, and strategies for rules, data and calls."""
