#!/bin/sh
# Initialises Vault once, unseals it, and makes sure of what the services need: a key-value store,
# a policy for it, and the token of which Berth gave each of them the value. Nothing secret is
# printed; what initialising gives out is kept on the volume that only Vault and this job mount.
set -eu
umask 077
init_output="$VAULT_KEYS/init.txt"
accessor="$VAULT_KEYS/service-token.accessor"

fail() {
  echo "vault-setup: $1" >&2
  exit 1
}

# Once a second, until the command succeeds or so many seconds are over.
within() {
  seconds=$1
  shift
  until "$@"; do
    seconds=$((seconds - 1))
    [ "$seconds" -gt 0 ] || return 1
    sleep 1
  done
}

read_status() {
  status=$(timeout 5 wget -q -O - "$VAULT_ADDR/v1/sys/seal-status" 2>/dev/null)
}

unsealed() {
  read_status || return 1
  case $status in *'"sealed":false'*) return 0 ;; esac
  if [ -s "$secret_file" ]; then
    vault write sys/unseal key=@"$secret_file" >/dev/null 2>&1 || true
  fi
  return 1
}

secret_file=$(mktemp /tmp/secret.XXXXXX)
trap 'rm -f "$secret_file"' EXIT

within 30 read_status || fail "Vault gives no answer at $VAULT_ADDR"
case $status in
  *'"initialized":false'*)
    if [ -s "$init_output" ]; then
      # The key of an earlier Vault whose data is gone; nobody can want it overwritten.
      mv "$init_output" "$init_output.$(date +%Y%m%d%H%M%S)"
    fi
    rm -f "$accessor"
    vault operator init -key-shares=1 -key-threshold=1 >"$init_output"
    echo "vault-setup: Vault is initialised"
    ;;
  *)
    [ -s "$init_output" ] ||
      fail "Vault is initialised, but what it gave out is not on the volume; restore $init_output from your backup"
    ;;
esac

awk '/^Unseal Key 1:/ { printf "%s", $NF }' "$init_output" >"$secret_file"
if ! within 10 unsealed; then
  [ -s "$secret_file" ] || fail "Vault is sealed and its key is not on the volume; unseal it by hand first"
  fail "the key on the volume does not unseal this Vault"
fi

VAULT_TOKEN=$(awk '/^Initial Root Token:/ { print $NF }' "$init_output")
[ -n "$VAULT_TOKEN" ] || fail "there is no root token in $init_output; put one there"
export VAULT_TOKEN

quietly() { "$@" >/dev/null 2>&1; }
# Right after unsealing Vault takes a moment to become active.
within 30 quietly vault token lookup || fail "Vault does not take the root token on the volume"

mounts=$(vault secrets list)
if ! echo "$mounts" | grep -q '^secret/'; then
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

earlier=$(cat "$accessor" 2>/dev/null || true)
if [ -n "$earlier" ] && [ "$earlier" != "$current" ]; then
  if answer=$(vault token revoke -accessor "$earlier" 2>&1); then
    echo "vault-setup: the earlier token is revoked"
  else
    # Kept for the next run, unless it is gone already.
    case $answer in *"invalid accessor"*) ;; *) fail "the earlier token could not be revoked" ;; esac
  fi
fi
printf '%s' "$current" >"$accessor"
echo "vault-setup: done"
