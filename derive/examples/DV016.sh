printf 'claims: %s\n' "$(printf '[%.0s' $(seq 200))" > deep.yaml
derive check deep.yaml
