"""The editors' screens in the Django admin. They show, parse and call actions; they change nothing themselves."""
