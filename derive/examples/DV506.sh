mkdir notes
derive check notes
