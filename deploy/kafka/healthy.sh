#!/bin/bash
# Asks the broker for the versions of its requests, and succeeds if it answers: an open port is not enough.
set -euo pipefail

exec 3<>/dev/tcp/127.0.0.1/19092
# Length 10, ApiVersions (18) in version 0, correlation id 1, no client id.
printf '\x00\x00\x00\x0a\x00\x12\x00\x00\x00\x00\x00\x01\xff\xff' >&3
# Length, correlation id, error code.
answer=$(head -c 10 <&3 | od -An -tx1 | tr -d ' \n')
[ "${answer:8}" = 000000010000 ]
