derive check gone.yaml
