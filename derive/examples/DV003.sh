head -c 5000000 /dev/zero | tr '\0' '#' > large.yaml
derive check large.yaml
