#!/bin/bash
# What apache/kafka's own start script does: settings from the mounted file and from KAFKA_…, storage made once.
set -euo pipefail

java() {
    # shellcheck disable=SC2086
    /opt/java/bin/java ${KAFKA_HEAP_OPTS:-} -XX:TieredStopAtLevel=1 -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED \
        "-Dlog4j2.configurationFile=/etc/kafka/docker/log4j2.properties" -cp '/opt/kafka/libs/*' "$@"
}
if ! said=$(java kafka.docker.KafkaDockerWrapper setup --default-configs-dir /etc/kafka/docker \
    --mounted-configs-dir /mnt/shared/config --final-configs-dir /opt/kafka/config 2>&1); then
    echo "$said" | grep -qi 'already formatted' || { echo "$said"; exit 1; }
fi
# shellcheck disable=SC2086
exec /opt/java/bin/java ${KAFKA_HEAP_OPTS:-} -XX:TieredStopAtLevel=1 -XX:+UseSerialGC \
    --enable-native-access=ALL-UNNAMED "-Dlog4j2.configurationFile=/etc/kafka/docker/log4j2.properties" \
    -cp '/opt/kafka/libs/*' kafka.Kafka /opt/kafka/config/server.properties
