#!/bin/bash
# health.sh [PAGE]: 0 if the service in this container answers PAGE (/health) with 200. The slim image has no curl, and needs none
# for one line of HTTP. The port is that of DURAND_HEALTH, which the image sets to what its command listens on.
set -eu
exec 3<>"/dev/tcp/${DURAND_HEALTH/://}"
printf 'GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "${1:-/health}" >&3
read -r _ status _ <&3
[ "$status" = 200 ]
