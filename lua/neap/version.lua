--- Neap's own version.
return "0.1.0"
