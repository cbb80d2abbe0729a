/**
 * Gives each consumer its database and role on a Postgres server. Runs on an empty server and on
 * one with data; adds what is missing, sets passwords, and never drops anything. Databases come as
 * "database:role" in BERTH_DATABASES, a role's password in PASSWORD_<role>. Passwords reach psql
 * through its environment, never as an argument that the process list would show.
 */
export const provisioningScript = `#!/bin/sh
set -eu

for entry in $BERTH_DATABASES; do
  database=\${entry%%:*}
  role=\${entry##*:}
  eval "export ROLE_PASSWORD=\\$PASSWORD_$role"
  psql -qtAX -v ON_ERROR_STOP=1 -v role="$role" -v database="$database" postgres <<'SQL'
\\set VERBOSITY terse
-- A statement that fails must not bring the password into the server's log.
SET log_min_error_statement = panic;
\\getenv password ROLE_PASSWORD
SELECT format('CREATE ROLE %I LOGIN', :'role')
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') \\gexec
ALTER ROLE :"role" WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'password';
SELECT format('CREATE DATABASE %I OWNER %I', :'database', :'role')
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \\gexec
ALTER DATABASE :"database" OWNER TO :"role";
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
SQL
  echo "database $database: owned by $role"
done
psql -qtAX -v ON_ERROR_STOP=1 postgres -c 'REVOKE CONNECT ON DATABASE postgres FROM PUBLIC'
`;
