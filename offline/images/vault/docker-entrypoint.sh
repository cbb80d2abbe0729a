#!/bin/sh
# The official image's conventions: options and subcommands are Vault's, `server` reads /vault/config
# and takes the development variables, root steps down to vault. It never asks to lock its memory.
set -e
ulimit -c 0

if [ -n "${VAULT_LOCAL_CONFIG:-}" ]; then
  printf '%s\n' "$VAULT_LOCAL_CONFIG" >/vault/config/local.json
fi

case "${1:-}" in
  -* | version) set -- vault "$@" ;;
  server)
    shift
    set -- vault server -config=/vault/config \
      -dev-root-token-id="${VAULT_DEV_ROOT_TOKEN_ID:-}" \
      -dev-listen-address="${VAULT_DEV_LISTEN_ADDRESS:-0.0.0.0:8200}" "$@"
    ;;
  *)
    # The exit code does not tell whether there is such a subcommand.
    if vault "${1:-}" --help 2>&1 | grep -q "vault ${1:-}"; then set -- vault "$@"; fi
    ;;
esac

if [ "$1" = vault ] && [ "$(id -u)" = 0 ]; then
  for folder in config logs file; do
    if [ "$(stat -c %u "/vault/$folder")" != 100 ]; then chown -R vault:vault "/vault/$folder"; fi
  done
  export HOME=/home/vault
  exec setpriv --reuid=vault --regid=vault --init-groups "$@"
fi
exec "$@"
