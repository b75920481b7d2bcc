"""Tools of one DocType, where a profile ticks "own tools": the generic ones without the argument `doctype`, and with the
fields of the DocType spelled out. They are made anew for each request, of what the caller may do at that moment."""
