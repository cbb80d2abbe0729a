#!/bin/sh
# As in the official image: flags and subcommands are Traefik's, anything else is a command.
set -e

if [ "${1#-}" != "$1" ] || traefik "$1" --help >/dev/null 2>&1; then
  set -- traefik "$@"
fi
exec "$@"
