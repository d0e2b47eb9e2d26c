"""The player in a notebook with a kernel; `static/` holds all the JavaScript and CSS there is."""
