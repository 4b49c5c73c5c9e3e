# The hub's own image. `make hub-image` builds the program on the host, puts it into .cache/hub and chooses BASE: Debian's
# image, or one made from Debian's packages where no registry answers (then nothing below needs the network).
#
# It starts the sandboxes beside itself, on the host's Docker engine, so it needs the engine's socket, and its home at the
# same path inside as outside, because that is where the engine looks for what the sandboxes mount:
#
#   docker run -d --init --name signalbox -p 127.0.0.1:8080:8080 -v /var/run/docker.sock:/var/run/docker.sock \
#     -v /srv/signalbox:/srv/signalbox -e SIGNALBOX_HOME=/srv/signalbox signalbox
#
# It runs as root unless told otherwise, which is no more than what the engine's socket gives away anyway. The command line
# on the host reaches it by its socket in the home, as root or as the user whom the hub runs as. To have that be an ordinary
# user, own the home by them and add
#
#   --user "$(id -u):$(id -g)" --group-add "$(stat -c %g /var/run/docker.sock)"
#
# and, for repositories by ssh, `-v /etc/passwd:/etc/passwd:ro`: ssh wants to know its user's name. Repositories that are
# folders of the host must be mounted too, at the same path as on the host.
ARG BASE=debian:bookworm-slim
FROM ${BASE}

RUN set -eu; \
    missing=$(for name in ca-certificates git openssh-client; do dpkg -s "$name" >/dev/null 2>&1 || echo "$name"; done); \
    if [ -n "$missing" ]; then \
      apt-get update -qq; \
      DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null; \
    fi; \
    rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/log/*.log

COPY .cache/hub/signalbox /usr/local/bin/signalbox
# Fails here, not at the first start, when the host's C library is newer than the base's.
RUN signalbox --version

ENV SIGNALBOX_WEB_LISTEN=0.0.0.0:8080
EXPOSE 8080
ENTRYPOINT ["signalbox"]
CMD ["serve"]
