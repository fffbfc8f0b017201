"""What browsers are given: templates, the built page in `static`, a plain style where there is none."""
