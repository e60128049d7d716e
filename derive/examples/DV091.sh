derive check softmax
