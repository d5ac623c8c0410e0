"""Arabic: Django has no format for a date with its time and would take the American one, whose comma it also keeps."""

DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y، g:i A"
