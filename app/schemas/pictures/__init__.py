"""What a picture answers, and what may be asked of it: a module for each picture that `app/derive` makes."""
