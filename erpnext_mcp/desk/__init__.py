"""What the pages and forms of the desk show and do, without HTTP: one folder per page. Only `api.desk` calls it."""
