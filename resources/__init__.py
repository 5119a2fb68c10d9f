"""Icons, styles, example pipelines and the schema of the file format."""
