cat > claims.yaml <<'END'
variables: {x: real}
claims:
  - id: example
    claim: x**2 >= 0
    assume: x > 0
END
derive check --audit claims.yaml
