#!/bin/bash
# Starts the image's own start script with the cluster's id, which is drawn once, with the cluster's data.
set -euo pipefail

known=/var/lib/kafka/data/meta.properties
if [ -f "$known" ]; then
    CLUSTER_ID=$(sed -n 's/^cluster\.id=//p' "$known")
else
    # 16 bytes in base64url, 22 characters. One that begins with a dash would be read as an option.
    CLUSTER_ID=$(head -c 16 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=\n' | sed 's/^-/_/')
fi
export CLUSTER_ID
exec /etc/kafka/docker/run
