printf '[tool.derive]\nfile = ["notes.yaml"]\n' > pyproject.toml
derive check
