"""The functions of the commands. `app.cli` names them, and imports a module when its command is chosen."""
