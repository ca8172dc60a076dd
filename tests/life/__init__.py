"""The life of a database: a year of business, then the addon is installed, used, upgraded, copied and taken off."""
