#!/bin/sh
# Starts Vault, and unseals it from the key on its own volume whenever it is sealed. The key is
# written there by vault-setup, which initialises Vault once.
set -eu
export VAULT_ADDR=http://127.0.0.1:8200
init_output="$VAULT_KEYS/init.txt"

sealed() {
  wget -q -O - "$VAULT_ADDR/v1/sys/seal-status" 2>/dev/null | grep -q '"initialized":true.*"sealed":true\|"sealed":true.*"initialized":true'
}

keep_unsealed() {
  while sleep 3; do
    if [ -s "$init_output" ] && sealed; then
      key_file=$(mktemp /tmp/key.XXXXXX)
      awk '/^Unseal Key 1:/ { printf "%s", $NF }' "$init_output" >"$key_file"
      if vault write sys/unseal key=@"$key_file" >/dev/null 2>&1; then
        echo "vault-start: unsealed"
      else
        echo "vault-start: the key on the volume does not unseal this Vault" >&2
      fi
      rm -f "$key_file"
    fi
  done
}

umask 077
keep_unsealed &
exec vault server -config=/etc/berth/vault.hcl
