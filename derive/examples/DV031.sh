printf 'claims:\n  - id: example\n    claim: %s1%s == 1\n' "$(printf '(%.0s' $(seq 300))" "$(printf ')%.0s' $(seq 300))" > deep.yaml
derive check deep.yaml
