derive check
