printf 'claims: \377' > latin.yaml
derive check latin.yaml
