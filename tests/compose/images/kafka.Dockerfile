# Stands for apache/kafka where no image registry is reached: the same version and start, of the packages that the
# embedded stack uses. Its context holds `java` (the runtime) and `libs` (the pinned jars).
ARG BASE
FROM ${BASE}
RUN echo 'appuser:x:1000:1000::/tmp:/bin/bash' >> /etc/passwd && echo 'appuser:x:1000:' >> /etc/group \
    && mkdir -p /var/lib/kafka/data /mnt/shared/config /opt/kafka/config /opt/kafka/logs \
    && chown -R 1000:1000 /var/lib/kafka /mnt/shared/config /opt/kafka/config /opt/kafka/logs
COPY java /opt/java
COPY libs /opt/kafka/libs
COPY docker /etc/kafka/docker
USER 1000
CMD ["/etc/kafka/docker/run"]
