#!/bin/sh
# Starts Vault and unseals it from the key on its own volume, which vault-setup writes there when it
# initialises Vault. A Vault that someone seals later stays sealed until it is started again, and so
# does one whose key was taken off the volume: its operators unseal it.
set -eu
umask 077
export VAULT_ADDR=http://127.0.0.1:8200
init_output="$VAULT_KEYS/init.txt"

unseal_once() {
  key_file=$(mktemp /tmp/key.XXXXXX)
  told=
  while sleep 2; do
    status=$(timeout 5 wget -q -O - "$VAULT_ADDR/v1/sys/seal-status" 2>/dev/null) || continue
    case $status in
      *'"sealed":false'*) break ;;
      *'"initialized":false'*) continue ;;
    esac
    [ -s "$init_output" ] || continue
    awk '/^Unseal Key 1:/ { printf "%s", $NF }' "$init_output" >"$key_file"
    if [ ! -s "$key_file" ]; then
      [ -n "$told" ] || echo "vault-start: there is no key on the volume; unseal Vault by hand"
    elif vault write sys/unseal key=@"$key_file" >/dev/null 2>&1; then
      echo "vault-start: unsealed"
    else
      [ -n "$told" ] || echo "vault-start: the key on the volume does not unseal this Vault" >&2
    fi
    told=yes
  done
  rm -f "$key_file"
}

# In a shell of its own, whose end makes init its parent: Vault reaps no children.
(unseal_once &)
exec vault server -config=/etc/berth/vault.hcl
