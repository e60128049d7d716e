mkfifo pipe.yaml
derive check pipe.yaml
