#!/bin/sh
# Tells a sealed Vault from one that gives no answer. One that was never initialised is healthy: the
# job that initialises it waits for its health.
url="http://127.0.0.1:8200/v1/sys/health?standbyok=true&sealedcode=200&uninitcode=200"
if ! health=$(timeout 4 wget -q -O - "$url" 2>&1); then
  echo "broken: Vault gives no answer${health:+ ($health)}"
  exit 1
fi
case $health in
  *'"initialized":false'*) echo "not initialised; vault-setup does that" ;;
  *'"sealed":false'*) echo "unsealed" ;;
  *)
    echo "sealed: restart it, or unseal it by hand if its key is not on the volume"
    exit 1
    ;;
esac
