derive init first.yaml
derive check first.yaml -k nothing
