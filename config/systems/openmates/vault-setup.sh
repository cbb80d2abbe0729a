#!/bin/sh
# Initialises Vault once, unseals it, and makes sure of what the services need: a key-value store,
# a policy for it, and the token of which Berth gave each of them the value. Nothing secret is
# printed; what initialising gives out is kept on the volume that only Vault and this job mount.
set -eu
umask 077
init_output="$VAULT_KEYS/init.txt"
accessor="$VAULT_KEYS/service-token.accessor"

status() {
  wget -q -O - "$VAULT_ADDR/v1/sys/seal-status"
}

if status | grep -q '"initialized":false'; then
  if [ -s "$init_output" ]; then
    # The key of an earlier Vault whose data is gone; nobody can want it overwritten.
    mv "$init_output" "$init_output.$(date +%Y%m%d%H%M%S)"
  fi
  rm -f "$accessor"
  vault operator init -key-shares=1 -key-threshold=1 >"$init_output"
  echo "vault-setup: Vault is initialised"
elif [ ! -s "$init_output" ]; then
  echo "vault-setup: Vault is initialised, but its key is not on the volume; restore $init_output from your backup" >&2
  exit 1
fi

secret_file=$(mktemp /tmp/secret.XXXXXX)
trap 'rm -f "$secret_file"' EXIT

tries=0
while status | grep -q '"sealed":true'; do
  tries=$((tries + 1))
  if [ "$tries" -gt 10 ]; then
    echo "vault-setup: the key on the volume does not unseal this Vault" >&2
    exit 1
  fi
  awk '/^Unseal Key 1:/ { printf "%s", $NF }' "$init_output" >"$secret_file"
  vault write sys/unseal key=@"$secret_file" >/dev/null || true
  sleep 1
done

VAULT_TOKEN=$(awk '/^Initial Root Token:/ { print $NF }' "$init_output")
export VAULT_TOKEN

# Right after unsealing Vault takes a moment to become active.
tries=0
until vault token lookup >/dev/null 2>&1; do
  tries=$((tries + 1))
  if [ "$tries" -gt 30 ]; then
    echo "vault-setup: Vault does not take the root token on the volume" >&2
    exit 1
  fi
  sleep 1
done

if ! vault secrets list | grep -q '^secret/'; then
  vault secrets enable -path=secret -version=2 kv >/dev/null
fi

vault policy write openmates - >/dev/null <<'POLICY'
path "secret/*" {
  capabilities = ["create", "read", "update", "delete", "list"]
}
POLICY

# `vault write` takes the values from files or standard input, never from its arguments.
printf '%s' "$SERVICE_TOKEN" >"$secret_file"
current=$(vault write -field=accessor auth/token/lookup token=@"$secret_file" 2>/dev/null || true)
if [ -z "$current" ]; then
  current=$(vault write -field=token_accessor auth/token/create-orphan \
    id=@"$secret_file" policies=openmates ttl=87600h display_name=openmates)
  echo "vault-setup: the services' token is made"
fi
if [ -s "$accessor" ] && [ "$(cat "$accessor")" != "$current" ]; then
  vault token revoke -accessor "$(cat "$accessor")" >/dev/null 2>&1 || true
  echo "vault-setup: the earlier token is revoked"
fi
printf '%s' "$current" >"$accessor"
echo "vault-setup: done"
