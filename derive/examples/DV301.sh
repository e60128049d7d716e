cat > claims.yaml <<'END'
variables: {x: real}
claims:
  - id: example
    claim: log(x**2) == 2*log(x)
END
derive check --strict claims.yaml
