/** Where a Postgres server's socket is, in its own container and in the job that provisions it. */
export const socketFolder = "/var/run/postgresql";

/**
 * Gives each consumer its database and role on a Postgres server: on an empty one, on one with data,
 * and on one that another program filled. It adds what is missing, sets passwords, hands what is in
 * a database to its role, and never drops anything: a database that nobody asked for is a note.
 *
 * It comes by the server's socket, which the images trust: so it needs no password, and a volume of
 * which nobody knows the passwords any more gets those that Berth derives. Databases come as
 * "database:role" in BERTH_DATABASES, a role's password in PASSWORD_<role>; BERTH_SUPERUSER is the
 * superuser of a cluster that was made under another name than postgres; where that is a consumer's
 * role, the superuser gets another name and no login, and the consumer a role of its own. Passwords reach psql
 * through its environment, never as an argument that the process list would show.
 */
export const provisioningScript = `set -eu
export PGHOST=${socketFolder}

sql() { psql -qtAXw -v ON_ERROR_STOP=1 "$@"; }

is_superuser() {
  answer=$(sql -U "$1" -c 'SELECT rolsuper FROM pg_roles WHERE rolname = current_user' postgres 2>&1) || true
  [ "$answer" = t ]
}
if is_superuser postgres; then PGUSER=postgres
elif is_superuser "$BERTH_SUPERUSER"; then PGUSER=$BERTH_SUPERUSER
else
  case "$answer" in
    f | *'role "'*'" does not exist'*) ;;
    *)
      echo "the server's socket lets nobody in as '$BERTH_SUPERUSER': $answer; make 'local all all trust' the first line of pg_hba.conf in the data" >&2
      exit 1 ;;
  esac
  echo "the data has no superuser '$BERTH_SUPERUSER'; name the one with which it was made as 'superuser' in berth:volumes" >&2
  exit 1
fi
export PGUSER

# No statement may bring a password into the server's log, whatever its configuration logs.
export PGOPTIONS='-c log_min_error_statement=panic -c log_statement=none -c log_min_duration_statement=-1 -c log_min_duration_sample=-1 -c log_transaction_sample_rate=0'

export ROLE_PASSWORD="$PASSWORD_postgres"
sql postgres <<'SQL'
\\set VERBOSITY terse
\\getenv password ROLE_PASSWORD
SELECT 'CREATE ROLE postgres SUPERUSER LOGIN'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'postgres') \\gexec
ALTER ROLE postgres WITH SUPERUSER LOGIN PASSWORD :'password';
SQL
export PGUSER=postgres

for entry in $BERTH_DATABASES; do
  database=\${entry%%:*}
  role=\${entry##*:}
  eval "export ROLE_PASSWORD=\\$PASSWORD_$role"
  sql -v role="$role" -v database="$database" postgres <<'SQL'
\\set VERBOSITY terse
\\getenv password ROLE_PASSWORD
-- Whom the cluster was made with stays its superuser for ever (oid 10): the role becomes another.
SELECT format('ALTER ROLE %I RENAME TO %I', rolname, rolname || '_before_berth'),
       format('ALTER ROLE %I NOLOGIN PASSWORD NULL', rolname || '_before_berth')
  FROM pg_roles WHERE rolname = :'role' AND oid = 10 \\gexec
SELECT format('CREATE ROLE %I LOGIN', :'role')
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') \\gexec
-- Whatever else it may have been allowed in another program's cluster.
ALTER ROLE :"role" WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'password';
SELECT format('CREATE DATABASE %I OWNER %I', :'database', :'role')
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \\gexec
ALTER DATABASE :"database" OWNER TO :"role";
SQL
  # What another role made in it, such as the superuser of a Compose project, is its owner's now.
  sql -v role="$role" "$database" <<'SQL'
\\set VERBOSITY terse
SELECT format('ALTER SCHEMA %I OWNER TO %I', nspname, :'role') FROM pg_namespace
 WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'
   AND pg_get_userbyid(nspowner) <> :'role'
   AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_namespace'::regclass AND objid = pg_namespace.oid AND deptype = 'e') \\gexec
SELECT format('ALTER %s %I.%I OWNER TO %I',
    CASE relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END,
    nspname, relname, :'role')
  FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
 WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
   AND nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'
   AND pg_get_userbyid(relowner) <> :'role'
   -- A table takes its own sequences along, an extension keeps what is its.
   AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid AND deptype IN ('a', 'i', 'e')) \\gexec
SELECT format('ALTER ROUTINE %s OWNER TO %I', pg_proc.oid::regprocedure, :'role')
  FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace
 WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'
   AND pg_get_userbyid(proowner) <> :'role'
   AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = pg_proc.oid AND deptype = 'e') \\gexec
SELECT format('ALTER TYPE %I.%I OWNER TO %I', nspname, typname, :'role')
  FROM pg_type JOIN pg_namespace ON pg_namespace.oid = typnamespace
 WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'
   AND pg_get_userbyid(typowner) <> :'role' AND (typtype IN ('d', 'e', 'r') OR (SELECT relkind FROM pg_class WHERE pg_class.oid = typrelid) = 'c')
   AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_type'::regclass AND objid = pg_type.oid AND deptype = 'e') \\gexec
SQL
  echo "database $database: owned by $role"
done

# Whoever can log in could connect to any database otherwise.
sql postgres <<'SQL'
\\set VERBOSITY terse
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', datname) FROM pg_database
 WHERE datallowconn \\gexec
SQL

sql postgres <<'SQL'
SELECT format('note: role %I is a superuser, too; once nobody needs it: ALTER ROLE %I NOLOGIN', rolname, rolname)
  FROM pg_roles WHERE rolsuper AND rolcanlogin AND rolname <> 'postgres' ORDER BY rolname;
SQL

for database in $(sql -c "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres' ORDER BY 1" postgres); do
  case " $BERTH_DATABASES " in
    *" $database:"*) ;;
    *) echo "note: no service needs database $database any more; it is kept" ;;
  esac
done
`;
