#!/usr/bin/env bash
# The official image's conventions on Debian's Redis: options alone are redis-server's, root steps
# down to redis, and protected mode is off (the container's networks decide who gets in).
set -euo pipefail

case "${1:-}" in
  -* | *.conf) set -- redis-server "$@" ;;
esac

if [ "$1" = redis-server ] && [ "$(id -u)" = 0 ]; then
  find . \! -user redis -exec chown redis:redis {} +
  exec setpriv --reuid=redis --regid=redis --init-groups "$0" "$@"
fi

if [ "$1" = redis-server ]; then
  shift
  case "${1:-}" in
    /* | *.conf) exec redis-server "$1" --protected-mode no "${@:2}" ;;
  esac
  # Dragonfly takes flags from DFLY_<flag>; its password reaches Redis by standard input, so that
  # no command line shows it.
  exec redis-server - --protected-mode no "$@" \
    < <(if [ -n "${DFLY_requirepass:-}" ]; then printf 'requirepass "%s"\n' "$DFLY_requirepass"; fi)
fi

exec "$@"
