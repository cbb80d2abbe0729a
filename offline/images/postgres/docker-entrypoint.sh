#!/usr/bin/env bash
# The official image's conventions on Debian's PostgreSQL: an empty PGDATA is initialised from
# POSTGRES_* and /docker-entrypoint-initdb.d, reachable by the local socket alone until it is done.
set -Eeuo pipefail

fail() { echo "postgres: $*" >&2 && exit 1; }

# file_env NAME [default]: NAME, or the content of the file that NAME_FILE names.
file_env() {
  local name=$1 file="${1}_FILE"
  if [ -n "${!name:-}" ] && [ -n "${!file:-}" ]; then fail "$name and $file are both set; keep one"; fi
  local value=${!name:-${2:-}}
  if [ -n "${!file:-}" ]; then value=$(<"${!file}"); fi
  export "$name=$value"
  unset "$file"
}

run_init_files() {
  local f
  for f in /docker-entrypoint-initdb.d/*; do
    echo "postgres: running $f"
    case "$f" in
      *.sh) if [ -x "$f" ]; then "$f"; else . "$f"; fi ;;
      *.sql) "${psql[@]}" -f "$f" ;;
      *.sql.gz) gunzip -c "$f" | "${psql[@]}" ;;
      *) echo "postgres: ignoring $f" ;;
    esac
  done
}

initialise() {
  file_env POSTGRES_USER postgres
  file_env POSTGRES_PASSWORD
  file_env POSTGRES_DB "$POSTGRES_USER"
  file_env POSTGRES_INITDB_ARGS
  local method=${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}
  if [ -z "$POSTGRES_PASSWORD" ] && [ "$method" != trust ]; then
    fail "no password for the superuser; set POSTGRES_PASSWORD or POSTGRES_PASSWORD_FILE"
  fi

  # shellcheck disable=SC2086  # the variable holds several arguments, as in the official image
  initdb --pgdata="$PGDATA" --username="$POSTGRES_USER" --auth-local=trust \
    --auth-host=scram-sha-256 --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") $POSTGRES_INITDB_ARGS
  printf '\nhost all all all %s\n' "$method" >>"$PGDATA/pg_hba.conf"

  local options
  options=$(printf '%q ' "${@:2}" -c "listen_addresses=")
  pg_ctl --pgdata="$PGDATA" --options="$options" --wait start
  psql=(psql -v ON_ERROR_STOP=1 --no-psqlrc --username "$POSTGRES_USER" --no-password)
  if [ "$POSTGRES_DB" != postgres ]; then
    "${psql[@]}" --dbname postgres --set db="$POSTGRES_DB" <<<'CREATE DATABASE :"db";'
  fi
  psql+=(--dbname "$POSTGRES_DB")
  shopt -s nullglob
  run_init_files
  pg_ctl --pgdata="$PGDATA" --mode=fast --wait stop
  echo "postgres: initialised, starting"
}

if [ "${1:0:1}" = - ]; then set -- postgres "$@"; fi

if [ "$1" = postgres ]; then
  if [ "$(id -u)" = 0 ]; then
    mkdir -p "$PGDATA"
    chown -R postgres:postgres "$PGDATA" /var/run/postgresql
    exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
  fi
  mkdir -p "$PGDATA"
  chmod 0700 "$PGDATA" 2>/dev/null || true
  if [ ! -s "$PGDATA/PG_VERSION" ]; then initialise "$@"; fi
fi

exec "$@"
