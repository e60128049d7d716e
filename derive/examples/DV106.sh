cat > claims.yaml <<'END'
variables: {x: real}
claims:
  - id: square
    claim: x**2 >= 0
  - id: example
    claim: x**2 + 1 > 0
    using: square
END
derive check --strict claims.yaml
